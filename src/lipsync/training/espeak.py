"""Speaks with libespeak-ng and keeps its phoneme events. Run as a child process: the library has one global state."""

import ctypes
import json
import re
import sys

import numpy as np

AUDIO_OUTPUT_SYNCHRONOUS = 2
INITIALIZE_PHONEME_EVENTS = 1
EVENT_PHONEME = 7
EVENT_LIST_TERMINATED = 0
CHARS_UTF8 = 1
POS_CHARACTER = 1
PARAMETER_RATE, PARAMETER_PITCH, PARAMETER_RANGE = 1, 3, 4


class Event(ctypes.Structure):
    """espeak_EVENT of speak_lib.h."""

    _fields_ = [
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", ctypes.c_char * 8),
    ]


CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(Event))


def mnemonic(raw: bytes) -> str:
    """Without marks of stress and length."""
    return re.sub(r"[',%=|]", "", raw.decode("utf-8", "ignore"))


def main() -> None:
    """Reads lines of JSON {voice, rate, pitch, range, text}; writes for each a line {rate, samples, phones} and the samples."""
    library = ctypes.CDLL("libespeak-ng.so.1")
    rate_hz = library.espeak_Initialize(AUDIO_OUTPUT_SYNCHRONOUS, 400, None, INITIALIZE_PHONEME_EVENTS)
    sound: list[np.ndarray] = []
    phones: list[tuple[int, str]] = []

    def hear(samples: "ctypes._Pointer[ctypes.c_short]", count: int, events: "ctypes._Pointer[Event]") -> int:
        if count > 0 and samples:
            sound.append(np.ctypeslib.as_array(samples, (count,)).copy())
        index = 0
        while events[index].type != EVENT_LIST_TERMINATED:
            if events[index].type == EVENT_PHONEME:
                phones.append((events[index].sample, mnemonic(events[index].id)))
            index += 1
        return 0

    callback = CALLBACK(hear)
    library.espeak_SetSynthCallback(callback)
    for line in sys.stdin:
        item = json.loads(line)
        sound.clear()
        phones.clear()
        library.espeak_SetVoiceByName(item["voice"].encode())
        for parameter, key in ((PARAMETER_RATE, "rate"), (PARAMETER_PITCH, "pitch"), (PARAMETER_RANGE, "range")):
            library.espeak_SetParameter(parameter, item[key], 0)
        text = item["text"].encode("utf-8")
        library.espeak_Synth(text, len(text) + 1, 0, POS_CHARACTER, 0, CHARS_UTF8, None, None)
        samples = np.concatenate(sound) if sound else np.zeros(0, np.int16)
        sys.stdout.buffer.write(json.dumps({"rate": rate_hz, "samples": len(samples), "phones": phones}).encode() + b"\n")
        sys.stdout.buffer.write(samples.tobytes())
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
