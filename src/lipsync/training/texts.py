"""Writes the sentences to be spoken: texts/ja.txt (sentence, tab, kana reading) and texts/en.txt.

Sources are git snapshots: ROHAN (CC0) and ITA (public domain) for Japanese, two novels of Project Gutenberg (public domain) and
phrases made here for English. No sentence of the evaluation set gets through; see `is_excluded`.
"""

import argparse
import json
import random
import re
import subprocess
import unicodedata
from pathlib import Path

JAPANESE = [
    ("mmorise+rohan4600", "Rohan4600_transcript_utf8.txt"),
    ("mmorise+ita-corpus", "emotion_transcript_utf8.txt"),
    ("mmorise+ita-corpus", "recitation_transcript_utf8.txt"),
]
ENGLISH = [
    ("GITenberg+The-Adventures-of-Sherlock-Holmes_1661", "1661.txt"),
    ("GITenberg+Alice-s-Adventures-in-Wonderland_11", "11.txt"),
]

SUBJECTS = "I,you,we,they,my sister,the doctor,our neighbour,a young girl,some visitors,the engineers".split(",")
VERBS = "found,brought,watched,chose,showed,cooked,moved,fixed,heard about,laughed at,pushed,threw".split(",")
OBJECTS = (
    "a purple bicycle,the long journey,five yellow oranges,a noisy television,the usual story,some cheap jewels,a very good idea,"
    "the loudspeaker,two thick cookbooks,a huge zebra,my new voice,the cool water,a broken toy,the earth and the moon,"
    "a beautiful garden,the whole menu,an hour of quiet,a vision of the future,their boots"
).split(",")
TIMES = (
    "yesterday,at noon,in the evening,on Thursday,in July,at half past four,on the fourth of June,a month ago,this year,"
    "after breakfast,before midnight,once or twice,every other day"
).split(",")
OPENERS = ["", "", "", "Well, ", "Oh, ", "Okay, ", "Sure, ", "By the way, ", "As you know, ", "Of course, ", "Excuse me, ", "Hey, "]  # fmt: skip
DIGITS = "zero one two three four five six seven eight nine ten eleven twelve thirteen twenty thirty forty fifty hundred".split()


def made_english(rng: random.Random, count: int) -> list[str]:
    """Everyday phrases and numbers: what an avatar says and novels of the 19th century lack."""
    sentences = []
    for _ in range(count):
        kind = rng.random()
        if kind < 0.75:
            words = f"{rng.choice(SUBJECTS)} {rng.choice(VERBS)} {rng.choice(OBJECTS)} {rng.choice(TIMES)}"
            opener = rng.choice(OPENERS)
            sentence = opener + words if opener else words[0].upper() + words[1:]
            sentences.append(sentence + rng.choice([".", ".", "!", "?"]))
        else:
            numbers = " ".join(rng.choice(DIGITS) for _ in range(rng.randint(3, 8)))
            sentences.append(f"{rng.choice(['The number is', 'Room', 'Call', 'Press', 'That makes'])} {numbers}.")
    return sentences


def normal_form(sentence: str) -> str:
    """Letters alone, so that punctuation, case and width do not hide that two sentences are the same."""
    folded = unicodedata.normalize("NFKC", sentence).casefold()
    return "".join(c for c in folded if unicodedata.category(c)[0] in "LN")


def is_excluded(sentence: str, forbidden: set[str]) -> bool:
    """Whether a sentence of the evaluation set is this one, or part of it."""
    form = normal_form(sentence)
    return any(other in form for other in forbidden)


def of_snapshot(mirror: Path, repository: str, path: str) -> str:
    folder = mirror / repository / "repo"
    git = folder / ".git" if (folder / ".git").is_dir() else folder
    command = ["git", f"--git-dir={git}", "show", f"HEAD:{path}"]
    return subprocess.run(command, check=True, capture_output=True).stdout.decode("utf-8")


def japanese(mirror: Path) -> list[str]:
    lines = []
    for repository, path in JAPANESE:
        for line in of_snapshot(mirror, repository, path).splitlines():
            match = re.fullmatch(r"\w+:(.+),([^,]+)", line.strip())
            if match:
                lines.append(f"{re.sub(r'[(（][^)）]*[)）]', '', match[1])}\t{match[2]}")
    return lines


def english(mirror: Path, rng: random.Random) -> list[str]:
    sentences = []
    for repository, path in ENGLISH:
        text = of_snapshot(mirror, repository, path)
        body = re.split(r"\*\*\* ?(?:START|END) OF TH[^\n]*", text)[1]
        for paragraph in re.split(r"\n\s*\n", body):
            plain = re.sub(r"[_*\"“”()\[\]]|(?<!\w)'|'(?!\w)", "", " ".join(paragraph.split())).replace("--", ", ")
            sentences += [s for s in re.split(r"(?<=[.!?])\s+", plain) if 15 <= len(s) <= 130 and not s.isupper()]
    sentences += made_english(rng, 1500)
    return sentences


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True, help="folder for everything made")
    parser.add_argument("--mirror", type=Path, required=True, help="folder of the git snapshots, <owner>+<name>/repo")
    parser.add_argument("--forbidden", type=Path, required=True, help="ground_truth.json of the evaluation set")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    rng = random.Random(args.seed)
    truth = json.loads(args.forbidden.read_text(encoding="utf-8"))
    forbidden = {normal_form(utterance["text"]) for utterance in truth["utterances"]}
    folder = args.work / "texts"
    folder.mkdir(parents=True, exist_ok=True)
    for language, lines in (("ja", japanese(args.mirror)), ("en", english(args.mirror, rng))):
        unique = list(dict.fromkeys(lines))
        kept = [line for line in unique if not is_excluded(line.split("\t")[0], forbidden)]
        rng.shuffle(kept)
        (folder / f"{language}.txt").write_text("\n".join(kept) + "\n", encoding="utf-8")
        print(f"{language}: {len(kept)} sentences, {len(unique) - len(kept)} left out because the evaluation has them")


if __name__ == "__main__":
    main()
