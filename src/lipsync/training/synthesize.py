"""Speaks the sentences with one voice after another: corpus/<speaker>.pcm (s16le mono 16 kHz, one utterance after the other) and
corpus/<speaker>.jsonl ({start, count, segments: [[class, start ms, end ms]…]} per utterance; start and count in samples).
"""

import argparse
import json
import random
import re
import subprocess
import sys
import tempfile
import wave
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
from scipy.signal import resample, resample_poly

from kana import SPELLINGS, spelled

HERE = Path(__file__).parent
RATE_HZ = 16_000
DICTIONARY = "/var/lib/mecab/dic/open-jtalk/naist-jdic"
ESPEAK_VARIANTS = (
    "f1 f2 f3 f4 f5 m1 m2 m3 m4 m5 m6 m7 m8 Adam Andy Annie Belinda Gene Linda Michael Steph Zac anika klatt klatt2 klatt3 "
    "klatt4 steph victor Alicia Ed Hugo Iven John Lee Marco Max"
).split()
ESPEAK_ACCENTS = "en-us en-us en-gb en-gb-x-rp en-gb-scotland en-029".split()

Segments = list[tuple[str, float, float]]
Spoken = tuple[np.ndarray, Segments]


class Labels:
    """Which class each phoneme of each engine belongs to."""

    def __init__(self) -> None:
        table = json.loads((HERE / "labels.json").read_text(encoding="utf-8"))
        self.classes: list[str] = table["classes"]
        self._of = {
            engine: {phoneme: name for name, members in rows.items() for phoneme in members.split()}
            for engine, rows in table["phonemes"].items()
        }

    def of(self, engine: str, phoneme: str) -> str:
        return self._of[engine][phoneme]

    def knows(self, engine: str, phoneme: str) -> bool:
        return phoneme in self._of[engine]


LABELS = Labels()


def read_wave(path: Path) -> np.ndarray:
    """At 16 kHz, full scale 1."""
    with wave.open(str(path)) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), np.int16).astype(np.float64) / 32768
        return to_16_khz(samples, file.getframerate())


def to_16_khz(samples: np.ndarray, rate_hz: int) -> np.ndarray:
    ratio = Fraction(RATE_HZ, rate_hz)
    return samples if ratio == 1 else resample_poly(samples, ratio.numerator, ratio.denominator)


def merged(segments: Segments) -> Segments:
    """Neighbours of the same class as one, and none without length."""
    out: Segments = []
    for name, start, end in segments:
        if end <= start:
            continue
        if out and out[-1][0] == name and abs(out[-1][2] - start) < 0.5:
            out[-1] = (name, out[-1][1], end)
        else:
            out.append((name, start, end))
    return out


# Half-tones and all-pass constants that make other people of a voice: higher with a shorter throat, lower with a longer one.
REGISTERS = {
    "": ((-7, 4), (0.50, 0.60)),
    "high": ((6, 15), (0.44, 0.53)),
    "higher": ((2, 7), (0.46, 0.54)),
    "low": ((-13, -4), (0.57, 0.66)),
}


def open_jtalk(voice: Path, register: str, lines: list[str], rng: random.Random) -> Iterator[Spoken]:
    half_tones, all_pass = REGISTERS[register]
    with tempfile.TemporaryDirectory() as folder:
        sound, trace = Path(folder) / "s.wav", Path(folder) / "s.lab"
        for line in lines:
            options = {
                "-r": rng.uniform(0.8, 1.3), "-fm": rng.uniform(*half_tones), "-a": rng.uniform(*all_pass),
                "-jm": rng.uniform(0.7, 1.2), "-jf": rng.uniform(0.6, 1.4), "-b": rng.choice([0.0, rng.uniform(0, 0.3)]),
            }  # fmt: skip
            if rng.random() < 0.35 and not register:
                options = {"-r": rng.uniform(0.95, 1.05)}
            arguments = ["open_jtalk", "-x", DICTIONARY, "-m", str(voice), "-ow", str(sound), "-ot", str(trace)]
            for key, value in options.items():
                arguments += [key, f"{value:.3f}"]
            subprocess.run(arguments, input=line.split("\t")[0].encode(), check=True, capture_output=True)
            text = trace.read_bytes().decode("utf-8", "replace").split("[Output label]")[1]
            found = re.findall(r"^(\d+) (\d+) \S+?-(.+?)\+", text, re.MULTILINE)
            yield read_wave(sound), [(LABELS.of("openjtalk", p), int(a) / 1e4, int(b) / 1e4) for a, b, p in found]


# The same for voices without such a constant: spoken slower (or faster) and lower, then played faster (or slower).
PLAYED_AT = {"": (1.0, 1.0), "high": (1.12, 1.35), "low": (0.74, 0.9)}


def played(spoken: Spoken, factor: float) -> Spoken:
    """Sped up by this factor: pitch, formants and labels move with it."""
    samples, segments = spoken
    faster = resample(samples, round(len(samples) / factor))
    return faster, [(name, start / factor, end / factor) for name, start, end in segments]


def flite(voice: str, register: str, lines: list[str], rng: random.Random) -> Iterator[Spoken]:
    mean_hz = {"slt": 180, "awb": 120}[voice]
    with tempfile.TemporaryDirectory() as folder:
        sound = Path(folder) / "s.wav"
        for line in lines:
            arguments = ["flite", "-voice", voice, "-t", line, "-o", str(sound), "-psdur"]
            factor = rng.uniform(*PLAYED_AT[register])
            if register or rng.random() > 0.4:
                arguments += ["--setf", f"duration_stretch={rng.uniform(0.8, 1.3) * factor:.3f}"]
                arguments += ["--setf", f"int_f0_target_mean={mean_hz * rng.uniform(0.7, 1.5):.1f}"]
            # Options stand before the text.
            arguments = arguments[:3] + arguments[8:] + arguments[3:8]
            printed = subprocess.run(arguments, check=True, capture_output=True, text=True).stdout
            segments: Segments = []
            end = 0.0
            for phoneme, until in re.findall(r"(\S+):([\d.]+)", printed):
                segments.append((LABELS.of("arpabet", phoneme), end * 1000, float(until) * 1000))
                end = float(until)
            yield played((read_wave(sound), segments), factor)


def festival(voice: str, language: str, encoding: str, register: str, lines: list[str], rng: random.Random) -> Iterator[Spoken]:
    """A batch of utterances per process: starting it takes longer than speaking."""
    for first in range(0, len(lines), 40):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            script = [f"(voice_{voice})"]
            factors: list[float] = []
            for n, line in enumerate(lines[first : first + 40]):
                text = spelled(line.split("\t")[1], language) if language in SPELLINGS else line
                factors.append(rng.uniform(*PLAYED_AT[register]))
                if register or rng.random() > 0.4:
                    script.append(f"(Parameter.set 'Duration_Stretch {rng.uniform(0.8, 1.3) * factors[-1]:.3f})")
                script.append('(set! u (utt.synth (Utterance Text "' + re.sub(r'["\\]', "", text) + '")))')
                script.append(f'(utt.save.wave u "{folder}/{n}.wav" \'riff)')
                script.append(f'(utt.save.segs u "{folder}/{n}.lab")')
            # Each form alone, so that one that fails does not end the batch.
            forms = [script[0]] + [f"(unwind-protect {form} nil)" for form in script[1:]]
            (folder / "s.scm").write_text("\n".join(forms), encoding=encoding, errors="ignore")
            subprocess.run(["festival", "-b", str(folder / "s.scm")], check=False, capture_output=True, timeout=600)
            for path in sorted(folder.glob("*.lab")):
                spoken = festival_utterance(path, language)
                if spoken is not None:
                    yield played(spoken, factors[int(path.stem)])


def festival_utterance(path: Path, language: str) -> Spoken | None:
    table = language if language in SPELLINGS else "arpabet"
    segments: Segments = []
    end = 0.0
    for until, _, phoneme in re.findall(r"^\s*([\d.]+)\s+(\d+)\s+(\S+)", path.read_text("latin-1"), re.MULTILINE):
        if not LABELS.knows(table, phoneme):
            print(f"left out: unknown {table} phoneme {phoneme}", file=sys.stderr)
            return None
        segments.append((LABELS.of(table, phoneme), end * 1000, float(until) * 1000))
        end = float(until)
    sound = path.with_suffix(".wav")
    return (read_wave(sound), segments) if sound.exists() and segments else None


def espeak(lines: list[str], rng: random.Random) -> Iterator[Spoken]:
    child = subprocess.Popen([sys.executable, str(HERE / "espeak.py")], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert child.stdin and child.stdout
    for line in lines:
        voice = f"{rng.choice(ESPEAK_ACCENTS)}+{rng.choice(ESPEAK_VARIANTS)}"
        request = {
            "voice": voice,
            "rate": rng.randint(130, 210),
            "pitch": rng.randint(25, 75),
            "range": rng.randint(25, 75),
            "text": line,
        }
        child.stdin.write(json.dumps(request).encode() + b"\n")
        child.stdin.flush()
        answer = json.loads(child.stdout.readline())
        samples = np.frombuffer(child.stdout.read(2 * answer["samples"]), np.int16).astype(np.float64) / 32768
        starts = answer["phones"] + [[answer["samples"], "_"]]
        segments: Segments = [("sil", 0.0, starts[0][0] * 1000 / answer["rate"])]
        usable = True
        for (start, phoneme), (end, _) in zip(starts, starts[1:]):
            name = espeak_class(phoneme)
            usable = usable and (name is not None or end == start)
            segments.append((name or "sil", start * 1000 / answer["rate"], end * 1000 / answer["rate"]))
        if usable and len(samples) > RATE_HZ // 2:
            yield to_16_khz(samples, answer["rate"]), segments
    child.stdin.close()
    child.wait()


def espeak_class(phoneme: str) -> str | None:
    """Exactly, without digits, then by its first letters: lipsync.md 7.3."""
    if phoneme == "" or phoneme.startswith("_"):
        return "sil"
    for name in (phoneme, re.sub(r"\d+$", "", phoneme), phoneme[:2], phoneme[:1]):
        if LABELS.knows("espeak", name):
            return LABELS.of("espeak", name)
    return None


# speaker: voice of festival, its language, encoding of its texts.
FESTIVAL = {
    "ked": ("ked_diphone", "english", "latin-1"),
    "slt-hts": ("cmu_us_slt_arctic_hts", "english", "latin-1"),
    "it-pc": ("pc_diphone", "italian", "latin-1"),
    "it-lp": ("lp_diphone", "italian", "latin-1"),
    "cz-ph": ("czech_ph", "czech", "iso-8859-2"),
    "cz-dita": ("czech_dita", "czech", "iso-8859-2"),
    "cz-krb": ("czech_krb", "czech", "iso-8859-2"),
    "cz-machac": ("czech_machac", "czech", "iso-8859-2"),
    "ca-ona": ("upc_ca_ona_hts", "catalan", "latin-1"),
    "fi-mv": ("hy_fi_mv_diphone", "finnish", "latin-1"),
    "fi-lj": ("suo_fi_lj_diphone", "finnish", "latin-1"),
}


def spoken_by(speaker: str, voices: Path, lines: list[str], rng: random.Random) -> Iterator[Spoken]:
    if speaker == "espeak":
        return espeak(lines, rng)
    if speaker in FESTIVAL:
        return festival(*FESTIVAL[speaker], "", lines, rng)
    voice, _, register = speaker.partition("-")
    if voice in FESTIVAL:
        return festival(*FESTIVAL[voice], register, lines, rng)
    if voice in ("slt", "awb"):
        return flite(voice, register, lines, rng)
    return open_jtalk(voices / f"{voice}.htsvoice", register, lines, rng)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument(
        "--speaker",
        required=True,
        help="an .htsvoice [-high|-higher|-low], slt or awb [-high|-low], espeak, or a key of FESTIVAL",
    )
    parser.add_argument("--from", dest="first", type=int, required=True, help="first line of the text")
    parser.add_argument("--count", type=int, required=True)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    is_english = args.speaker.partition("-")[0] in ("slt", "awb", "espeak", "ked")
    lines = (args.work / "texts" / ("en.txt" if is_english else "ja.txt")).read_text(encoding="utf-8").splitlines()
    chosen = [lines[(args.first + n) % len(lines)] for n in range(args.count)]
    folder = args.work / "corpus"
    folder.mkdir(exist_ok=True)
    start = 0
    with (folder / f"{args.speaker}.pcm").open("wb") as pcm, (folder / f"{args.speaker}.jsonl").open("w") as index:
        rng = random.Random(f"{args.seed} {args.speaker}")
        for samples, segments in spoken_by(args.speaker, args.work / "voices", chosen, rng):
            peak = max(1e-4, float(np.abs(samples).max()))
            pcm.write(np.round(samples / peak * 0.7 * 32767).astype(np.int16).tobytes())
            row = {"start": start, "count": len(samples), "segments": merged(segments)}
            index.write(json.dumps(row) + "\n")
            start += len(samples)
    print(f"{args.speaker}: {start / RATE_HZ / 60:.1f} minutes")


if __name__ == "__main__":
    main()
