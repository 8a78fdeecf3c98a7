"""Measures what has no phonemes: how much of each kind of non-speech keeps the mouth closed, and what gain does to the accuracy.

Sounds are made with other seeds than those of the training. Predictions come from the product: test/bench/lips-score.js, which
needs `npm run build`.
"""

import argparse
import json
import re
import subprocess
import wave
from collections.abc import Callable
from pathlib import Path

import numpy as np

from augment import MUSIC_PIECES
from nonspeech import Rng, Sounds, breath, coloured, fan, hum, keyboard, music, tones
from synthesize import RATE_HZ, read_wave

ROOT = Path(__file__).parents[3]
CLOSED = set("sil pau sp cl N m my p py b by".split())
SECONDS = 10
GAINS_DB = [-30, -20, -10, 6]


def level(sound: np.ndarray, dbfs: float) -> np.ndarray:
    """At this RMS."""
    return sound / max(1e-9, float(np.sqrt((sound**2).mean()))) * 10 ** (dbfs / 20)


def mains(rng: Rng, count: int, base_hz: float, dbfs: float) -> np.ndarray:
    """Hum of the mains with some harmonics."""
    time = np.arange(count) / RATE_HZ
    partials = range(1, int(rng.integers(1, 9)) + 1)
    return level(
        sum(rng.uniform(0, 1) / n * np.sin(2 * np.pi * base_hz * n * time + rng.uniform(0, 6.3)) for n in partials), dbfs
    )


def kinds(rng: Rng, sounds: Sounds) -> dict[str, Callable[[], np.ndarray]]:
    count = SECONDS * RATE_HZ
    return {
        "silence": lambda: np.zeros(count),
        "noise-40-and-below": lambda: level(coloured(rng, count, float(rng.choice([0, -3, -6]))), rng.uniform(-70, -40)),
        "white-noise-louder": lambda: level(coloured(rng, count, 0), rng.uniform(-40, -15)),
        "hum-50-60": lambda: mains(rng, count, float(rng.choice([50, 60])), rng.uniform(-50, -12)),
        "any-hum": lambda: level(hum(rng, count), rng.uniform(-50, -12)),
        "fan": lambda: level(fan(rng, count), rng.uniform(-50, -15)),
        "music": lambda: level(music(rng, SECONDS), rng.uniform(-40, -14)),
        "tones": lambda: level(tones(rng, count), rng.uniform(-40, -14)),
        "keyboard": lambda: keyboard(rng, count, sounds.keys) * 10 ** (rng.uniform(-40, -3) / 20),
        "breath": lambda: breath(rng, count) * 10 ** (rng.uniform(-40, -6) / 20),
    }


def write_wave(path: Path, sound: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(np.round(np.clip(sound, -1, 1) * 32767).astype(np.int16).tobytes())


def predict(folder: Path, model: Path | None) -> Path:
    out = folder.with_name(folder.name + "-predicted")
    command = ["node", str(ROOT / "test/bench/lips-score.js"), "--dir", str(folder), "--out", str(out)]
    subprocess.run(command + (["--model", str(model)] if model else []), check=True, capture_output=True)
    return out


def closed_share(path: Path) -> float:
    phonemes = json.loads(path.read_text())
    closed = sum(min(p["endMs"], SECONDS * 1000) - p["startMs"] for p in phonemes if p["phoneme"] in CLOSED)
    return closed / (SECONDS * 1000)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--evaluation", type=Path, help="folder of the evaluation set, for the gains")
    parser.add_argument("--model", type=Path, help="@default the committed one")
    parser.add_argument("--each", type=int, default=12, help="sounds of a kind")
    parser.add_argument("--seed", type=int, default=777)
    args = parser.parse_args()
    rng = np.random.default_rng(args.seed)
    folder = args.work / "bars"
    for kind, make in kinds(rng, Sounds(args.work / "music.npy", MUSIC_PIECES)).items():
        for n in range(args.each):
            path = folder / kind / f"{n}.wav"
            if not path.exists():
                write_wave(path, make())
        shares = [closed_share(path) for path in predict(folder / kind, args.model).glob("*.json")]
        print(f"{kind:20s} closed {100 * np.mean(shares):.1f} % (worst sound {100 * min(shares):.1f} %)", flush=True)
    for gain_db in GAINS_DB if args.evaluation else []:
        gained = folder / f"gain{gain_db:+d}"
        for path in sorted((args.evaluation / "wav").glob("*.wav")):
            if not (gained / path.name).exists():
                write_wave(gained / path.name, read_wave(path) * 10 ** (gain_db / 20))
        command = ["node", str(args.evaluation / "score.mjs"), str(predict(gained, args.model))]
        printed = subprocess.run(
            [*command, "--filter", "cond=clean|lowered|noise15"], check=True, capture_output=True, text=True
        ).stdout
        accuracy = re.search(r"^ALL\s+\d+\s+([\d.]+)", printed, re.MULTILINE)
        print(f"gain {gain_db:+d} dB: accuracy {accuracy[1] if accuracy else '?'} %", flush=True)


if __name__ == "__main__":
    main()
