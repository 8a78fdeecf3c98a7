"""Trains the acoustic network on the shards and writes it as a checkpoint (.pt) and, quantised, as model.json for export.ts."""

import argparse
import base64
import json
import time
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional

HERE = Path(__file__).parent
TABLE = json.loads((HERE / "labels.json").read_text(encoding="utf-8"))
CLASSES: list[str] = TABLE["classes"]
GROUPS = torch.tensor(TABLE["groups"])
BANDS = 26
LOW_HZ, HIGH_HZ = 60, 7600
LOW_MEL, HIGH_MEL = (1127 * float(np.log(1 + hz / 700)) for hz in (LOW_HZ, HIGH_HZ))
SCALE = 4096
# What stands before and behind every sound, as in the product.
SILENT_FEATURE = -2.0
UNKNOWN = 255
# Frames between sounds that follow each other.
CLOSE_GAP = 8

Layers = list[tuple[list[int], int]]


class Network(nn.Module):
    """Layers whose inputs are the outputs of the layer before at several frames (taps); ReLU between them."""

    def __init__(self, layers: Layers) -> None:
        super().__init__()
        self.taps = [taps for taps, _ in layers]
        widths = [BANDS] + [size for _, size in layers]
        self.layers = nn.ModuleList(nn.Linear(width * len(taps), size) for width, (taps, size) in zip(widths, layers))

    @property
    def past(self) -> int:
        return -sum(min(0, taps[0]) for taps in self.taps)

    @property
    def future(self) -> int:
        return sum(max(0, taps[-1]) for taps in self.taps)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """[batch, past + frames + future, bands] to logits [batch, frames, classes]."""
        for n, (taps, layer) in enumerate(zip(self.taps, self.layers)):
            first, last = min(0, taps[0]), max(0, taps[-1])
            count = x.shape[1] + first - last
            x = layer(torch.cat([x[:, tap - first : tap - first + count] for tap in taps], dim=2))
            if n < len(self.layers) - 1:
                x = torch.relu(x)
        return x


class Frames:
    """All sounds of some shards in one row, with silence between them that is not learnt.

    Half of the sounds stand alone, as at the start of a stream; the others follow the one before closely.
    """

    def __init__(self, folder: Path, names: list[str], gap: int, without: list[str], is_measured: bool) -> None:
        features, labels, self.speakers = [], [], []
        rng = np.random.default_rng(1)
        for name in names:
            counts = np.fromfile(folder / f"{name}.counts", np.uint32)
            of = json.loads((folder / f"{name}.json").read_text())
            all_features = np.fromfile(folder / f"{name}.features", np.int16).reshape(-1, BANDS)
            all_labels = np.fromfile(folder / f"{name}.labels", np.uint8)
            at = 0
            for count, speaker in zip(-(-counts.astype(int) // 160), of):
                if not any(speaker.startswith(prefix) for prefix in without):
                    before = gap if is_measured or rng.random() < 0.5 else CLOSE_GAP
                    features += [np.full((before, BANDS), SILENT_FEATURE * SCALE, np.int16), all_features[at : at + count]]
                    labels += [np.full(before, UNKNOWN, np.uint8), all_labels[at : at + count]]
                    self.speakers.append((speaker, len(labels) - 1))
                at += count
            assert at == len(all_labels) == len(all_features)
        features.append(np.full((gap + 400, BANDS), SILENT_FEATURE * SCALE, np.int16))
        labels.append(np.full(gap + 400, UNKNOWN, np.uint8))
        starts = np.concatenate([[0], np.cumsum([len(part) for part in labels])])
        self.spans = [(speaker, int(starts[index]), int(starts[index + 1])) for speaker, index in self.speakers]
        self.features = torch.from_numpy(np.concatenate(features))
        self.labels = torch.from_numpy(np.concatenate(labels))

    def chunk(self, starts: torch.Tensor, frames: int, past: int, future: int) -> tuple[torch.Tensor, torch.Tensor]:
        index = starts[:, None] + torch.arange(-past, frames + future)
        return self.features[index].float() / SCALE, self.labels[starts[:, None] + torch.arange(frames)].long()


def grouped(log_posteriors: torch.Tensor) -> torch.Tensor:
    """Logarithms of the probabilities of the seven mouth shapes."""
    return torch.stack([torch.logsumexp(log_posteriors[..., GROUPS == g], -1) for g in range(int(GROUPS.max()) + 1)], -1)


def loss_of(logits: torch.Tensor, labels: torch.Tensor, smoothing: float, group_weight: float) -> torch.Tensor:
    known = labels != UNKNOWN
    logits, labels = logits[known], labels[known]
    loss = functional.cross_entropy(logits, labels, label_smoothing=smoothing)
    if group_weight > 0:
        loss = loss + group_weight * functional.nll_loss(grouped(torch.log_softmax(logits, -1)), GROUPS[labels])
    return loss


@torch.no_grad()
def measure(model: Network, data: Frames) -> dict[str, tuple[float, int]]:
    """Share of frames with the right mouth shape, by speaker, and how many there are."""
    right: dict[str, list[float]] = {}
    for speaker, start, end in data.spans:
        x, labels = data.chunk(torch.tensor([start]), end - start, model.past, model.future)
        guess = grouped(torch.log_softmax(model(x)[0], -1)).argmax(-1)
        hits = (guess == GROUPS[labels[0]]).float()
        sums = right.setdefault(speaker, [0.0, 0])
        sums[0] += float(hits.sum())
        sums[1] += len(hits)
    return {speaker: (sums[0] / sums[1], int(sums[1])) for speaker, sums in sorted(right.items())}


def warps(count: int, limit: float) -> torch.Tensor:
    """[count, bands, bands]: what turns features into those of a throat shorter or longer by up to the factor `limit`."""
    mel = LOW_MEL + (HIGH_MEL - LOW_MEL) * torch.arange(1, BANDS + 1, dtype=torch.float64) / (BANDS + 1)
    hz = 700 * (torch.exp(mel / 1127) - 1)
    out = torch.zeros(count, BANDS, BANDS)
    for n, factor in enumerate(np.exp(np.linspace(-np.log(limit), np.log(limit), count))):
        from_mel = 1127 * torch.log(1 + hz / factor / 700)
        at = ((from_mel - LOW_MEL) / (HIGH_MEL - LOW_MEL) * (BANDS + 1) - 1).clamp(0, BANDS - 1)
        below = at.floor().clamp(max=BANDS - 2).long()
        band = torch.arange(BANDS)
        out[n, below, band] += (1 - (at - below)).float()
        out[n, below + 1, band] += (at - below).float()
    return out


def varied(x: torch.Tensor, table: torch.Tensor, colour: float, generator: torch.Generator) -> torch.Tensor:
    """Each piece as another throat (one of the table) and another microphone (a smooth offset) would give it."""
    if len(table) > 1:
        which = torch.randint(0, len(table), (len(x),), generator=generator)
        # Some stay as they are: to move bands also blurs them.
        which[torch.rand(len(x), generator=generator) < 0.25] = len(table) // 2
        x = torch.bmm(x, table[which])
    if colour > 0:
        knots = torch.randn(len(x), 1, 6, generator=generator) * colour
        offset = functional.interpolate(knots, size=x.shape[-1], mode="linear", align_corners=True)
        x = torch.where(x > SILENT_FEATURE, x + offset, x)
    return x


def train(model: Network, data: Frames, args: argparse.Namespace) -> None:
    optimizer = torch.optim.AdamW(model.parameters(), lr=args.rate, weight_decay=1e-4)
    generator = torch.Generator().manual_seed(args.seed)
    limit = len(data.labels) - args.frames - model.future - 1
    steps = int(args.epochs * len(data.labels) / (args.batch * args.frames))
    table = warps(21, args.warp)
    began = time.time()
    running = 0.0
    for step in range(steps):
        progress = step / steps
        rate = args.rate * min(1, (step + 1) / 200) * (0.5 * (1 + np.cos(np.pi * progress)) + 0.005)
        for group in optimizer.param_groups:
            group["lr"] = rate
        starts = torch.randint(model.past, limit, (args.batch,), generator=generator)
        x, labels = data.chunk(starts, args.frames, model.past, model.future)
        x = varied(x, table, args.colour, generator)
        loss = loss_of(model(x), labels, args.smoothing, args.group_weight)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        running += float(loss.detach())
        if (step + 1) % 500 == 0:
            print(f"step {step + 1}/{steps} loss {running / 500:.4f} {time.time() - began:.0f} s", flush=True)
            running = 0.0


def quantised(layer: nn.Linear) -> tuple[np.ndarray, np.ndarray]:
    """int8 weights, and one float32 per output to multiply them with."""
    weights = layer.weight.detach().numpy()
    scales = (np.abs(weights).max(axis=1) / 127).astype(np.float32)
    scales[scales == 0] = 1
    return np.round(weights / scales[:, None]).astype(np.int8), scales


def base64_of(array: np.ndarray) -> str:
    return base64.b64encode(np.ascontiguousarray(array).tobytes()).decode()


def exported(model: Network, priors: np.ndarray) -> dict:
    layers = []
    for n, (taps, layer) in enumerate(zip(model.taps, model.layers)):
        weights, scales = quantised(layer)
        layers.append(
            {
                "taps": taps,
                "outputs": layer.out_features,
                "activation": "linear" if n == len(model.layers) - 1 else "relu",
                "weights": base64_of(weights),
                "scales": base64_of(scales),
                "biases": base64_of(layer.bias.detach().numpy().astype("<f4")),
            }
        )
    return {
        "range": {"bands": BANDS, "lowHz": LOW_HZ, "highHz": HIGH_HZ},
        "classes": CLASSES,
        "priors": [round(float(p), 6) for p in priors],
        "layers": layers,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--shards", nargs="+", required=True)
    parser.add_argument("--dev", nargs="*", default=[])
    parser.add_argument("--without", nargs="*", default=[], help="speakers whose name begins so are left out")
    parser.add_argument("--layers", required=True, help="JSON: [[taps, outputs], ...]; the last one is the classes")
    parser.add_argument("--out", required=True, help="models/<out>.pt and .json")
    parser.add_argument("--start", help="models/<start>.pt: go on from there")
    parser.add_argument("--epochs", type=float, default=6)
    parser.add_argument("--batch", type=int, default=48, help="pieces per step")
    parser.add_argument("--frames", type=int, default=64, help="of a piece")
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--smoothing", type=float, default=0.02)
    parser.add_argument("--group-weight", type=float, default=0.5)
    parser.add_argument("--warp", type=float, default=1.0, help="throats shorter or longer by up to this factor")
    parser.add_argument("--colour", type=float, default=0.0, help="standard deviation of the offset at 6 knots: 0.1 is 1.7 dB")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    model = Network([(list(taps), size) for taps, size in json.loads(args.layers)])
    if args.start:
        model.load_state_dict(torch.load(args.work / "models" / f"{args.start}.pt")["state"])
    gap = model.past + model.future + 1
    folder = args.work / "shards"
    data = Frames(folder, args.shards, gap, args.without, is_measured=False)
    macs = sum(layer.weight.numel() for layer in model.layers)
    print(f"{len(data.labels)} frames, {macs} MAC, past {model.past}, future {model.future}", flush=True)
    train(model, data, args)
    counts = np.bincount(data.labels.numpy(), minlength=256)[: len(CLASSES)]
    models = args.work / "models"
    models.mkdir(exist_ok=True)
    torch.save({"layers": json.loads(args.layers), "state": model.state_dict()}, models / f"{args.out}.pt")
    (models / f"{args.out}.json").write_text(json.dumps(exported(model, counts / counts.sum())))
    if args.dev:
        result = measure(model, Frames(folder, args.dev, gap, [], is_measured=True))
        total = sum(share * count for share, count in result.values()) / sum(count for _, count in result.values())
        print(f"dev {100 * total:.2f} " + " ".join(f"{name} {100 * share:.1f}" for name, (share, _) in result.items()))


if __name__ == "__main__":
    main()
