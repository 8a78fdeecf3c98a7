"""Makes the sounds to train on: utterances in random voices, rooms, noises and codecs, and sounds that are no speech.

Writes shards/<name>.pcm (s16le mono 16 kHz), <name>.counts (uint32: samples of each sound), <name>.labels (uint8: class of each
10 ms of each sound) and <name>.json (speaker of each sound).
"""

import argparse
import json
import subprocess
from pathlib import Path

import numpy as np
from scipy.fft import irfft, next_fast_len, rfft
from scipy.signal import fftconvolve, resample

from nonspeech import Rng, Sounds
from synthesize import LABELS, RATE_HZ

HOP = RATE_HZ // 100
MUSIC_PIECES = 300
# Container, options, and how many samples late the sound comes back (of mp3 piped without an index, and of G.722; measured).
CODECS = [
    ("mp3", ["-c:a", "libmp3lame", "-b:a", "32k", "-f", "mp3"], 1105),
    ("mp3", ["-c:a", "libmp3lame", "-b:a", "64k", "-f", "mp3"], 1105),
    ("ogg", ["-c:a", "libopus", "-b:a", "12k", "-f", "ogg"], 0),
    ("ogg", ["-c:a", "libopus", "-b:a", "24k", "-f", "ogg"], 0),
    ("wav", ["-c:a", "pcm_mulaw", "-ar", "8000", "-f", "wav"], 0),
    ("wav", ["-c:a", "g722", "-f", "wav"], 22),
]


def at_speed(sound: np.ndarray, factor: float) -> np.ndarray:
    """Played faster (factor > 1) or slower: pitch and formants move with it."""
    padded = np.pad(sound, (0, next_fast_len(len(sound)) - len(sound)))
    return resample(padded, int(round(len(padded) / factor)))[: int(len(sound) / factor)]


def in_room(rng: Rng, sound: np.ndarray) -> np.ndarray:
    """Exponentially falling noise as the room's answer, 0.1 to 0.7 s, after the direct sound."""
    seconds = rng.uniform(0.1, 0.7)
    time = np.arange(int(seconds * RATE_HZ)) / RATE_HZ
    tail = rng.standard_normal(len(time)) * np.exp(-6.9 * time / seconds)
    tail[: int(rng.uniform(0.001, 0.008) * RATE_HZ)] = 0
    direct_over_tail_db = rng.uniform(0, 15)
    tail *= 10 ** (-direct_over_tail_db / 20) / max(1e-9, np.sqrt((tail**2).sum()))
    tail[0] = 1
    return fftconvolve(sound, tail)[: len(sound)]


def coloured_by_microphone(rng: Rng, sound: np.ndarray) -> np.ndarray:
    """A smooth random frequency response, and at times a narrow band."""
    length = next_fast_len(len(sound), real=True)
    frequency = np.maximum(np.fft.rfftfreq(length, 1 / RATE_HZ), 30)
    octaves = np.log2(frequency / 60)
    knots = np.linspace(-1, 7.2, 9)
    gain_db = np.interp(octaves, knots, rng.normal(0, rng.uniform(0.5, 4), len(knots))) + rng.uniform(-1.5, 1.5) * (octaves - 4)
    if rng.random() < 0.3:
        low_hz = rng.uniform(60, 300)
        gain_db -= 10 * np.log10(1 + (low_hz / frequency) ** 4)
    if rng.random() < 0.25:
        high_hz = rng.uniform(3200, 7500)
        gain_db -= 10 * np.log10(1 + (frequency / high_hz) ** 16)
    return irfft(rfft(sound, length) * 10 ** (gain_db / 20), length)[: len(sound)]


def through_codec(rng: Rng, sound: np.ndarray) -> np.ndarray:
    container, options, delay = CODECS[int(rng.integers(len(CODECS)))]
    raw = ["-f", "s16le", "-ar", str(RATE_HZ), "-ac", "1"]
    quiet = ["ffmpeg", "-hide_banner", "-loglevel", "error"]
    data = np.round(np.clip(sound, -1, 1) * 32767).astype(np.int16).tobytes()
    coded = subprocess.run([*quiet, *raw, "-i", "-", *options, "-"], input=data, capture_output=True, check=True).stdout
    back = subprocess.run([*quiet, "-f", container, "-i", "-", *raw, "-"], input=coded, capture_output=True, check=True).stdout
    decoded = np.frombuffer(back, np.int16).astype(np.float64)[delay:] / 32768
    return np.pad(decoded[: len(sound)], (0, max(0, len(sound) - len(decoded))))


def frame_labels(segments: list[list], count: int, offset_ms: float, factor: float) -> np.ndarray:
    """Class of each 10 ms, rounded as the scorer of the evaluation does."""
    labels = np.zeros(-(-count // HOP), np.uint8)
    for name, start, end in segments:
        first = max(0, int(np.floor((offset_ms + start / factor) / 10 + 0.5)))
        last = max(0, int(np.floor((offset_ms + end / factor) / 10 + 0.5)))
        labels[first:last] = LABELS.classes.index(name)
    return labels


def rendition(rng: Rng, sounds: Sounds, sound: np.ndarray, segments: list[list], is_plain: bool) -> tuple[np.ndarray, np.ndarray]:
    """One utterance as it may be heard, and its labels."""
    factor = 1.0 if is_plain else float(rng.choice([1.0, rng.uniform(0.86, 1.14), rng.uniform(0.82, 1.2)], p=[0.3, 0.5, 0.2]))
    if factor != 1:
        sound = at_speed(sound, factor)
    before, after = (int(rng.uniform(0.0, 0.8) * RATE_HZ) for _ in range(2))
    sound = np.pad(sound, (before, after))
    labels = frame_labels(segments, len(sound), before * 1000 / RATE_HZ, factor)
    if is_plain:
        return sound, labels
    if rng.random() < 0.25:
        sound = in_room(rng, sound)
    if rng.random() < 0.7:
        sound = coloured_by_microphone(rng, sound)
    if rng.random() < 0.75:
        noise = sounds.background(rng, len(sound))
        speech = np.sqrt((sound[before : len(sound) - after] ** 2).mean())
        snr_db = rng.uniform(8, 60)
        sound = sound + noise * speech / max(1e-9, np.sqrt((noise**2).mean())) * 10 ** (-snr_db / 20)
    sound = sound / max(1e-9, np.abs(sound).max())
    if rng.random() < 0.15:
        sound = through_codec(rng, sound * 0.7)
    gain_db = rng.uniform(-36, 3) if rng.random() < 0.6 else rng.uniform(-12, -2)
    return np.clip(sound * 10 ** (gain_db / 20), -1, 1), labels


def silence(rng: Rng, sounds: Sounds) -> np.ndarray:
    """A sound that is no speech, from very soft to loud."""
    sound = sounds.alone(rng, int(rng.uniform(2, 8) * RATE_HZ))
    if rng.random() < 0.3:
        sound = coloured_by_microphone(rng, sound)
        sound /= max(1e-9, np.abs(sound).max())
    if rng.random() < 0.2:
        sound = in_room(rng, sound)
    return np.clip(sound * 10 ** (rng.uniform(-60, 0) / 20), -1, 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--name", required=True, help="of the shard")
    parser.add_argument("--speakers", nargs="*", help="@default all of the corpus")
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--plain", type=float, default=0.15, help="share of utterances left as they are")
    parser.add_argument("--non-speech", type=float, default=0.12, help="how many sounds that are no speech, per utterance")
    parser.add_argument("--alone", type=int, default=0, help="so many more sounds that are no speech, at the end")
    parser.add_argument("--held", choices=["train", "dev"], default="train", help="each 20th utterance is kept for development")
    args = parser.parse_args()
    rng = np.random.default_rng(args.seed)
    sounds = Sounds(args.work / "music.npy", MUSIC_PIECES)
    corpus = args.work / "corpus"
    speakers = sorted(path.stem for path in corpus.glob("*.jsonl")) if args.speakers is None else args.speakers
    folder = args.work / "shards"
    folder.mkdir(exist_ok=True)
    counts: list[int] = []
    of: list[str] = []
    with (folder / f"{args.name}.pcm").open("wb") as pcm, (folder / f"{args.name}.labels").open("wb") as labels_file:

        def add(speaker: str, sound: np.ndarray, labels: np.ndarray) -> None:
            assert len(labels) == -(-len(sound) // HOP)
            pcm.write(np.round(sound * 32767).astype(np.int16).tobytes())
            labels_file.write(labels.tobytes())
            counts.append(len(sound))
            of.append(speaker)

        for speaker in speakers:
            samples = np.memmap(corpus / f"{speaker}.pcm", np.int16, "r")
            for n, line in enumerate((corpus / f"{speaker}.jsonl").read_text().splitlines()):
                if (n % 20 == 19) != (args.held == "dev"):
                    continue
                row = json.loads(line)
                sound = samples[row["start"] : row["start"] + row["count"]].astype(np.float64) / 32768
                add(speaker, *rendition(rng, sounds, sound, row["segments"], rng.random() < args.plain))
                if rng.random() < args.non_speech:
                    quiet = silence(rng, sounds)
                    add("none", quiet, np.zeros(-(-len(quiet) // HOP), np.uint8))
        for _ in range(args.alone):
            quiet = silence(rng, sounds)
            add("none", quiet, np.zeros(-(-len(quiet) // HOP), np.uint8))
    np.array(counts, np.uint32).tofile(folder / f"{args.name}.counts")
    (folder / f"{args.name}.json").write_text(json.dumps(of))
    print(f"{args.name}: {len(counts)} sounds, {sum(counts) / RATE_HZ / 60:.0f} minutes")


if __name__ == "__main__":
    main()
