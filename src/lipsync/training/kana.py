"""Spells Japanese kana for voices of other languages, so that they speak the moras of Japanese."""

_ROWS = {
    "": "アイウエオ", "k": "カキクケコ", "s": "サシスセソ", "t": "タチツテト", "n": "ナニヌネノ", "h": "ハヒフヘホ", "m": "マミムメモ",
    "r": "ラリルレロ", "g": "ガギグゲゴ", "z": "ザジズゼゾ", "d": "ダヂヅデド", "b": "バビブベボ", "p": "パピプペポ",
}  # fmt: skip
_MORAS = {kana: (consonant, vowel) for consonant, row in _ROWS.items() for kana, vowel in zip(row, "aiueo")}
_MORAS |= {"ヤ": ("y", "a"), "ユ": ("y", "u"), "ヨ": ("y", "o"), "ワ": ("w", "a"), "ヲ": ("", "o"), "ヴ": ("v", "u")}
_MORAS |= {
    "シ": ("sh", "i"),
    "チ": ("ch", "i"),
    "ツ": ("ts", "u"),
    "ジ": ("j", "i"),
    "ヂ": ("j", "i"),
    "ヅ": ("z", "u"),
    "フ": ("f", "u"),
}
_SMALL_Y = {"ャ": "a", "ュ": "u", "ョ": "o"}
_SMALL = {"ァ": "a", "ィ": "i", "ゥ": "u", "ェ": "e", "ォ": "o", "ヮ": "a"}

SPELLINGS: dict[str, dict[str, str]] = {
    "italian": {"sh": "sci", "shi": "sci", "ch": "ci", "chi": "ci", "j": "gi", "ji": "gi", "y": "i", "h": "", "w": "u", "ts": "z", "ki": "chi", "ke": "che", "gi": "ghi", "ge": "ghe", "k": "c"},
    "czech": {"sh": "š", "ch": "č", "j": "dž", "y": "j", "w": "v", "ts": "c", "N": "n"},
    "catalan": {"sh": "x", "ch": "tx", "j": "j", "y": "i", "h": "", "w": "u", "ts": "ts", "ki": "qui", "ke": "que", "gi": "gui", "ge": "gue", "k": "c"},
    "finnish": {"sh": "s", "ch": "ts", "j": "j", "y": "j", "z": "s", "ts": "ts", "w": "v", "g": "k", "b": "p"},
}  # fmt: skip


def moras(reading: str) -> list[tuple[str, str]]:
    """(consonant, vowel) of each mora; ("N", "") for the nasal, ("q", "") for a long consonant, (",", "") for a pause."""
    out: list[tuple[str, str]] = []
    for kana in reading:
        last = out[-1] if out else ("", "")
        if kana in _MORAS:
            out.append(_MORAS[kana])
        elif kana in _SMALL_Y and last[1] == "i":
            out[-1] = (last[0] if last[0] in ("sh", "ch", "j") else last[0] + "y", _SMALL_Y[kana])
        elif kana in _SMALL and last[1]:
            out[-1] = ("w" if last == ("", "u") else last[0], _SMALL[kana])
        elif kana == "ー" and last[1]:
            out.append(("", last[1]))
        elif kana == "ン":
            out.append(("N", ""))
        elif kana == "ッ":
            out.append(("q", ""))
        elif kana in "、。？！":
            out.append((",", ""))
    return out


def spelled(reading: str, language: str) -> str:
    """The reading in the letters of a language of `SPELLINGS`; words are cut every few moras."""
    spelling = SPELLINGS[language]
    text = ""
    doubled = ""
    for n, (consonant, vowel) in enumerate(moras(reading)):
        if consonant in ("N", "q", ","):
            text += {"N": "n", "q": "", ",": ", "}[consonant]
            doubled = consonant
            continue
        base, glide = (consonant[:-1], "y") if consonant.endswith("y") and len(consonant) > 1 else (consonant, "")
        written = spelling.get(base + vowel) if not glide else None
        if written is None or written[-1] != vowel:
            written = (spelling.get(base, base) + (spelling.get("y", "y") if glide else "")) + vowel
        if doubled == "q" and written[0] not in "aiueo":
            written = written[0] + written
        doubled = ""
        text += written + (" " if n % 6 == 5 else "")
    return text.replace(" ,", ",").strip(" ,") + "."
