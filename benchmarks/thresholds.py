"""The script that the thresholds of guessing were chosen by: `python -m benchmarks.thresholds FOLDER`.

It reads sets of texts by intent and prints, for rows of thresholds, how many texts are answered rightly and wrongly, how many questions
that a set has no answer to are answered all the same, and under how many of them a menu of suggestions appears. As in a rule file, a few
texts of each intent are what an author wrote, drawn by chance several times over; the others are what customers write. Courtesy of the
language is set aside. Intents of small talk are left out: every bot has them, so no question about them is strange.

In the folder: `*.md`, Rasa's training data (``## intent:name``, and a text in each line that begins with ``-``), and below `strange`
`*.yml`, conversations of the ChatterBot corpus, whose questions nobody is to answer. To each set the texts of the other sets are strange as
well, though not as strange: a bank and a lender are asked much the same. The thresholds were chosen on these public sets, in Indonesian:

- MahendraCandi/Raisa-Chatbot-Python-Rasa-Core, converted_data/training_data.md: a restaurant and a lender
- bualaleo/Chatbot-Banking, nlu.md: a bank
- irfan23m/servicePythonGea, gea/data/data.md: a pawn shop
- irvanlabs/hasva-bot, data/nlu.md: a university
- the PyPI package chatterbot-corpus (BSD), chatterbot_corpus/data/indonesian: strange questions

The first four are repositories on GitHub, whose terms nobody here has looked into: they are read from where you put them, none is kept
here, and of what was found in them only the figures are used.
"""

import argparse
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from pathlib import Path
from random import Random
from typing import NamedTuple

import yaml

from benchmarks.tables import table
from flask_chatbot.core.language.folding import fold, split_words
from flask_chatbot.core.language.words import words_of
from flask_chatbot.core.matching.nearest import NearestIndex

ANSWERED = (0.30, 0.35, 0.40, 0.45, 0.50, 0.55, 0.60)
MARGINS = (0.0, 0.03, 0.05, 0.10)
SUGGESTED = (0.15, 0.20, 0.25, 0.30, 0.35)
SHOWN = 3  # suggestions in one menu
WRITTEN = 3  # texts of an intent that its author wrote
DRAWS = 10
SMALL_TALK = re.compile(
    r"greet|sapa|salam|bye|tinggal|thank|terima|gratitude|makasih|affirm|deny|iya|tidak|tolak|konfirmasi|oke|mood|chitchat|clear|confuse"
    r"|inform$|pilih_|ketik_|not_yet|bot_challenge|how_|question_|trivia|gender|nama|no_rek|cancel|help|pujian|hina|siapa|kabar"
)
ENTITY = re.compile(r"\[([^\]]*)\](?:\([^)]*\))?")  # [text](name of the entity)

ANYTHING, ELSEWHERE = "of anything", "of other bots"

Intents = Mapping[str, Sequence[str]]  # plain texts by intent


class Asked(NamedTuple):
    """What came of one text: the score of each intent that is near it, the nearest first; the intent it has, or how strange it is."""

    scores: Sequence[tuple[float, str]]
    intent: str

    def answer(self, least: float, margin: float) -> str | None:
        """The intent that would be answered at once, if any."""
        (best, intent), (second, _) = (*self.scores, (0.0, ""), (0.0, ""))[:2]
        return intent if best >= least and best - second >= margin else None

    def suggestions(self, least: float) -> list[str]:
        """The intents that would be suggested."""
        return [intent for score, intent in self.scores[:SHOWN] if score >= least]


def plain(text: str) -> str:
    """The words of a text as they are compared, without courtesy."""
    return " ".join(word for word in split_words(fold(text)) if word not in words_of("id").ignore)


def read_intents(path: Path) -> Intents:
    """Rasa's training data; of texts that several intents have, the first counts."""
    intents: dict[str, list[str]] = {}
    known: set[str] = set()
    texts: list[str] = []
    for line in path.read_text("utf-8").splitlines():
        if line.startswith("##"):
            kind, _, name = line.lstrip("# ").partition(":")
            is_of_use = kind == "intent" and not SMALL_TALK.search(name)
            texts = intents.setdefault(name.strip(), []) if is_of_use else []
        elif line.startswith("-") and (text := plain(ENTITY.sub(r"\1", line.lstrip("- ")))) not in known:
            known.add(text)
            texts.append(text)
    return {name: [text for text in texts if text] for name, texts in intents.items() if texts}


def read_questions(folder: Path) -> list[str]:
    """What begins the conversations of ChatterBot's corpus."""
    files = [yaml.safe_load(path.read_text("utf-8")) for path in sorted(folder.glob("*.yml"))]
    return list(dict.fromkeys(plain(str(conversation[0])) for file in files for conversation in file["conversations"]))


def ask(intents: Intents, strange: Mapping[str, Sequence[str]], random: Random) -> Iterator[Asked]:
    """What came of the texts that an author did not write, and of strange ones, by a few texts of each intent."""
    written = {intent: random.sample(texts, min(WRITTEN, len(texts))) for intent, texts in intents.items()}
    asked = [(text, intent) for intent, texts in intents.items() for text in texts if text not in written[intent]]
    everything = [*asked, *((text, kind) for kind, texts in strange.items() for text in texts)]
    found = nearest([(text, intent) for intent, texts in written.items() for text in texts], [text for text, _ in everything])
    yield from (Asked(scores, intent) for scores, (_, intent) in zip(found, everything, strict=True))


def nearest(phrases: Sequence[tuple[str, str]], texts: Sequence[str]) -> list[list[tuple[float, str]]]:
    """For each text the nearest phrase of each intent, the nearest first."""
    names = list(dict.fromkeys(intent for _, intent in phrases))
    index = NearestIndex((phrase, names.index(intent)) for phrase, intent in phrases)
    found = []
    for text in texts:
        best: dict[str, float] = {}
        for score, phrase in index.find(text):
            best.setdefault(phrases[phrase][1], score)
        found.append([(score, intent) for intent, score in best.items()])
    return found


def strange_to(name: str, sets: Mapping[str, Intents], questions: Sequence[str]) -> dict[str, list[str]]:
    """The texts that a set has no answer to: questions about anything, and the texts of the other sets."""
    own = {text for texts in sets[name].values() for text in texts}
    others = [text for other, intents in sets.items() if other != name for texts in intents.values() for text in texts]
    found = {ANYTHING: questions, ELSEWHERE: others}
    return {kind: [text for text in dict.fromkeys(texts) if text and text not in own] for kind, texts in found.items()}


def share(part: int, whole: int) -> str:
    """A part in a hundred.

    >>> share(1, 8)
    '12.5 %'
    """
    return f"{100 * part / max(whole, 1):.1f} %"


def curves(asked: Sequence[Asked], strange: Mapping[str, Sequence[Asked]]) -> Iterator[str]:
    """The tables of all that was asked."""
    rows = []
    for margin, least in product(MARGINS, ANSWERED):
        answers = [(each.answer(least, margin), each.intent) for each in asked]
        right = sum(answer == intent for answer, intent in answers)
        wrong = sum(answer is not None for answer, _ in answers) - right
        false = [share(sum(each.answer(least, margin) is not None for each in found), len(found)) for found in strange.values()]
        rows.append([f"{least:.2f}", f"{margin:.2f}", share(right, len(asked)), share(wrong, len(asked)), *false])
    yield table("Answered at once", rows, ("from", "ahead by", "right", "wrong", *(f"strange: {kind}" for kind in strange)))
    rows = []
    for least in SUGGESTED:
        among = sum(each.intent in each.suggestions(least) for each in asked)
        menus = [share(sum(bool(each.suggestions(least)) for each in found), len(found)) for found in strange.values()]
        rows.append([f"{least:.2f}", share(among, len(asked)), *menus])
    yield table("Suggested", rows, ("from", "the right one among three", *(f"a menu, strange: {kind}" for kind in strange)))


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the curves, of all sets together."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.thresholds", description="Draw the curves that thresholds are chosen by.")
    parser.add_argument("folder", type=Path, help="the sets, as the module's docstring says")
    folder: Path = parser.parse_args(arguments).folder
    sets = {path.stem: read_intents(path) for path in sorted(folder.glob("*.md"))}
    questions = read_questions(folder / "strange")
    random = Random(1)
    found = [
        each for _ in range(DRAWS) for name, intents in sets.items() for each in ask(intents, strange_to(name, sets, questions), random)
    ]
    strange = {kind: [each for each in found if each.intent == kind] for kind in (ANYTHING, ELSEWHERE)}
    asked = [each for each in found if each.intent not in strange]
    sys.stdout.write(f"{len(sets)} sets, drawn {DRAWS} times: {len(asked)} texts, and {len(found) - len(asked)} strange ones\n")
    sys.stdout.write("\n".join([*curves(asked, strange), ""]))


if __name__ == "__main__":
    main()
