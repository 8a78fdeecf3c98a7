"""Sounds that are no speech: noises, hum, music, keyboards, breaths. All 16 kHz, as arrays of float64, loudest about 1."""

import struct
import subprocess
import tempfile
import wave
from pathlib import Path

import numpy as np
from scipy.fft import irfft, next_fast_len, rfft

from synthesize import RATE_HZ, read_wave, to_16_khz

KEYBOARD = Path("/usr/share/buckle/wav")
PIECE_S = 12
SOUND_FONTS = ["/usr/share/sounds/sf2/TimGM6mb.sf2", "/usr/share/sounds/sf2/FluidR3_GM.sf2"]
Rng = np.random.Generator


def scaled(sound: np.ndarray) -> np.ndarray:
    return sound / max(1e-9, float(np.abs(sound).max()))


def coloured(rng: Rng, count: int, slope_db_per_octave: float) -> np.ndarray:
    """Noise whose spectrum falls (or rises) steadily: 0 white, -3 pink, -6 brown."""
    length = next_fast_len(count, real=True)
    frequency = np.maximum(np.fft.rfftfreq(length, 1 / RATE_HZ), 20)
    spectrum = rfft(rng.standard_normal(length)) * frequency ** (slope_db_per_octave / 6.02)
    return scaled(irfft(spectrum, length)[:count])


def shaped(rng: Rng, count: int, low_hz: float, high_hz: float) -> np.ndarray:
    """Noise of one band."""
    length = next_fast_len(count, real=True)
    frequency = np.fft.rfftfreq(length, 1 / RATE_HZ)
    edge = 1 / (1 + (low_hz / np.maximum(frequency, 1)) ** 6) / (1 + (frequency / high_hz) ** 6)
    return scaled(irfft(rfft(rng.standard_normal(length)) * np.sqrt(edge), length)[:count])


def hum(rng: Rng, count: int) -> np.ndarray:
    """50 or 60 Hz of the mains (or a machine) with harmonics."""
    base = rng.choice([50.0, 60.0, 100.0, 120.0, rng.uniform(40, 400)], p=[0.35, 0.35, 0.05, 0.05, 0.2])
    time = np.arange(count) / RATE_HZ
    sound = np.zeros(count)
    strongest = rng.integers(1, 4)
    for n in range(1, int(rng.integers(1, 25)) + 1):
        level = rng.uniform(0.3, 1) if n == strongest else rng.uniform(0, 1) ** 2 / n ** rng.uniform(0.3, 1.5)
        sound += level * np.sin(2 * np.pi * base * n * time + rng.uniform(0, 6.3)) * (base * n < 7800)
    return scaled(sound + coloured(rng, count, -3) * rng.choice([0, 0.003, 0.03]))


def fan(rng: Rng, count: int) -> np.ndarray:
    """Broad noise that swells slowly, over a low hum."""
    time = np.arange(count) / RATE_HZ
    swell = 1 + rng.uniform(0, 0.5) * np.sin(2 * np.pi * rng.uniform(0.2, 12) * time)
    noise = coloured(rng, count, rng.uniform(-9, -1)) * swell
    return scaled(noise + rng.uniform(0, 0.3) * hum(rng, count))


def tones(rng: Rng, count: int) -> np.ndarray:
    """Steady or struck chords of additive timbres, beeps and glides: music without an orchestra."""
    time = np.arange(count) / RATE_HZ
    sound = np.zeros(count)
    start = 0
    while start < count:
        length = int(rng.choice([0.12, 0.25, 0.5, 1, 2, 4]) * RATE_HZ * rng.uniform(0.8, 1.2))
        span = time[start : start + length] - time[start]
        root = 55 * 2 ** (rng.uniform(0, 4.5))
        decay = rng.choice([0.0, rng.uniform(0.5, 8)])
        partials = int(rng.integers(1, 14))
        tilt = rng.uniform(0.5, 2.2)
        for step in rng.choice([0, 3, 4, 5, 7, 9, 12], size=int(rng.integers(1, 5)), replace=False):
            pitch = root * 2 ** (step / 12) * (1 + rng.choice([0, 0.004]) * np.sin(2 * np.pi * 5.5 * span))
            for n in range(1, partials + 1):
                if root * n * 2 > 7600:
                    break
                phase = 2 * np.pi * np.cumsum(pitch) / RATE_HZ * n
                sound[start : start + length] += np.sin(phase + rng.uniform(0, 6.3)) / n**tilt * np.exp(-decay * span * n**0.3)
        ramp = min(160, len(span) // 2)
        if ramp > 0:
            sound[start : start + ramp] *= np.linspace(0, 1, ramp)
            sound[start + len(span) - ramp : start + len(span)] *= np.linspace(1, 0, ramp)
        start += length + (int(rng.uniform(0, 0.5) * RATE_HZ) if rng.random() < 0.3 else 0)
    return scaled(sound)


def music(rng: Rng, seconds: float) -> np.ndarray:
    """A random piece for one to four instruments of General MIDI, drums at times, played by fluidsynth."""
    events: list[tuple[int, bytes]] = []
    ticks_per_second = 960
    scale = rng.choice([[0, 2, 4, 5, 7, 9, 11], [0, 2, 3, 5, 7, 8, 10], [0, 2, 4, 7, 9, 12, 14]])
    for channel in range(int(rng.integers(1, 5))):
        # Choirs and voices (52-54, 85, 91) would teach that vowels are silence.
        program = int(rng.choice([p for p in range(104) if p not in (52, 53, 54, 85, 91)]))
        events.append((0, bytes([0xC0 | channel, program])))
        root = int(rng.integers(36, 72))
        beat = int(ticks_per_second * rng.choice([0.125, 0.25, 0.5, 1]))
        at = 0
        while at < seconds * ticks_per_second:
            keys = [root + int(rng.choice(scale)) + 12 * int(rng.integers(0, 2)) for _ in range(int(rng.choice([1, 1, 2, 3])))]
            length = int(beat * rng.choice([1, 1, 2, 4]))
            for key in keys:
                events.append((at, bytes([0x90 | channel, key, int(rng.integers(50, 120))])))
                events.append((at + length, bytes([0x80 | channel, key, 0])))
            at += length if rng.random() < 0.85 else 2 * length
    if rng.random() < 0.5:
        beat = int(ticks_per_second * rng.choice([0.125, 0.25, 0.5]))
        for at in range(0, int(seconds * ticks_per_second), beat):
            if rng.random() < 0.8:
                events.append((at, bytes([0x99, int(rng.choice([36, 38, 42, 46, 49, 54, 56])), int(rng.integers(50, 120))])))
    track, now = b"", 0
    for at, event in sorted(events):
        track += variable_length(at - now) + event
        now = at
    track += b"\x00\xff\x2f\x00"
    file = b"MThd" + struct.pack(">IHHH", 6, 0, 1, ticks_per_second // 2) + b"MTrk" + struct.pack(">I", len(track)) + track
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "m.mid").write_bytes(file)
        font = str(rng.choice(SOUND_FONTS))
        command = ["fluidsynth", "-ni", "-r", "32000", "-g", "0.6", "-F", f"{folder}/m.wav", font, f"{folder}/m.mid"]
        subprocess.run(command, check=True, capture_output=True)
        with wave.open(f"{folder}/m.wav") as played:
            both = np.frombuffer(played.readframes(played.getnframes()), np.int16).reshape(-1, played.getnchannels())
            mixed = to_16_khz(both.mean(axis=1) / 32768, played.getframerate())
    return scaled(mixed[: int(seconds * RATE_HZ)])


def variable_length(value: int) -> bytes:
    out = [value & 127]
    while value := value >> 7:
        out.insert(0, (value & 127) | 128)
    return bytes(out)


def keyboard(rng: Rng, count: int, keys: list[np.ndarray]) -> np.ndarray:
    """Typing: recorded keys, or clicks made of short resonances."""
    sound = np.zeros(count)
    at = int(rng.uniform(0, 0.3) * RATE_HZ)
    is_made = rng.random() < 0.5
    ring_hz, ring_s = rng.uniform(300, 5000), rng.uniform(0.002, 0.02)
    while at < count:
        if is_made:
            length = int(rng.uniform(0.01, 0.08) * RATE_HZ)
            time = np.arange(length) / RATE_HZ
            burst = rng.standard_normal(length) * np.exp(-time / rng.uniform(0.001, 0.008))
            click = burst + np.sin(2 * np.pi * ring_hz * rng.uniform(0.9, 1.1) * time) * np.exp(-time / ring_s)
        else:
            click = keys[int(rng.integers(len(keys)))]
        end = min(count, at + len(click))
        sound[at:end] += click[: end - at] * rng.uniform(0.3, 1)
        at += int(rng.uniform(0.05, 0.4) * RATE_HZ) if rng.random() < 0.9 else int(rng.uniform(0.5, 2) * RATE_HZ)
    return scaled(sound + rng.choice([0, 0.003]) * coloured(rng, count, -3))


def breath(rng: Rng, count: int) -> np.ndarray:
    """Breathing in and out, with rests."""
    sound = np.zeros(count)
    at = int(rng.uniform(0, 0.5) * RATE_HZ)
    while at < count:
        length = int(rng.uniform(0.25, 1.2) * RATE_HZ)
        envelope = np.sin(np.pi * np.linspace(0, 1, length) ** rng.uniform(0.6, 1.6)) ** 2
        puff = shaped(rng, length, rng.uniform(150, 600), rng.uniform(1500, 6000)) * envelope
        end = min(count, at + length)
        sound[at:end] += puff[: end - at] * rng.uniform(0.3, 1)
        at += length + int(rng.uniform(0.2, 1.5) * RATE_HZ)
    return scaled(sound)


def padded(sound: np.ndarray, seconds: float) -> np.ndarray:
    count = int(seconds * RATE_HZ)
    return np.pad(sound[:count], (0, max(0, count - len(sound))))


class Sounds:
    """Draws from all of them; music is made once and kept in a file, since it takes long."""

    def __init__(self, cache: Path, pieces: int) -> None:
        self.keys = [read_wave(path) for path in sorted(KEYBOARD.glob("*.wav"))]
        if not cache.exists():
            rng = np.random.default_rng(1)
            np.save(cache, np.array([padded(music(rng, PIECE_S), PIECE_S) for _ in range(pieces)], np.float32))
        self.pieces = np.load(cache, mmap_mode="r")

    def piece(self, rng: Rng, count: int) -> np.ndarray:
        piece = self.pieces[int(rng.integers(len(self.pieces)))]
        start = int(rng.integers(max(1, len(piece) - count)))
        cut = piece[start : start + count].astype(np.float64)
        return np.pad(cut, (0, count - len(cut)))

    def background(self, rng: Rng, count: int) -> np.ndarray:
        """What may sound behind speech."""
        kind = rng.random()
        if kind < 0.45:
            return coloured(rng, count, float(rng.choice([0, -3, -3, -6, rng.uniform(-9, 1)])))
        if kind < 0.6:
            return fan(rng, count)
        if kind < 0.7:
            return hum(rng, count)
        if kind < 0.8:
            return self.piece(rng, count)
        if kind < 0.9:
            return keyboard(rng, count, self.keys)
        return shaped(rng, count, rng.uniform(50, 1500), rng.uniform(1800, 7000))

    def alone(self, rng: Rng, count: int) -> np.ndarray:
        """What may be heard when nobody speaks."""
        kind = rng.random()
        if kind < 0.45:
            return self.piece(rng, count)
        if kind < 0.60:
            return tones(rng, count)
        if kind < 0.70:
            return keyboard(rng, count, self.keys)
        if kind < 0.80:
            return hum(rng, count)
        if kind < 0.86:
            return breath(rng, count)
        if kind < 0.90:
            return np.zeros(count)
        return self.background(rng, count)
