"""The ways of writing a text otherwise, each by its documented definition: slow, and easy to believe."""

from collections.abc import Collection, Sequence

from flask_chatbot.core.language.readings import IGNORED_AT_EACH_END


def plain(folded: str) -> str:
    """The text without accents, as far as these tests write any."""
    return folded.replace("é", "e")


def droppable(words: Sequence[str], courtesy: Collection[str]) -> list[int]:
    """How many words may go from the start of a text, in runs that are courtesy."""
    counts = [0]
    for end in range(1, min(len(words), IGNORED_AT_EACH_END) + 1):
        if any(start in counts and " ".join(words[start:end]) in courtesy for start in range(end)):
            counts.append(end)
    return counts


def has_letters(text: str, least: int) -> bool:
    return sum(map(str.isalpha, text)) >= least


def joined(text: str) -> str:
    """The text without what joins words, but for spaces between digits."""
    left = "".join(" " if each in " -'" else each for each in text)
    kept = [
        "" if each == " " and not (left[:place].rstrip(" ")[-1:].isdigit() and left[place:].lstrip(" ")[:1].isdigit()) else each
        for place, each in enumerate(left)
    ]
    return " ".join("".join(kept).split())


def squeezed(text: str) -> str:
    """The text with repeated letters once, in words that have a vowel and two different letters."""
    words = []
    for word in text.split(" "):
        letters = {letter for letter in plain(word) if letter.isalpha()}
        is_word = len(letters) > 1 and letters & set("aeiou")
        kept = (each for place, each in enumerate(word) if not (is_word and each.isalpha() and word[place - 1 : place] == each))
        words.append("".join(kept))
    return " ".join(words)


def is_like(wanted: Sequence[str], words: Sequence[str]) -> bool:
    """Whether the words are those, each of the longer ones with one typing error at the most."""
    if len(wanted) != len(words):
        return False
    pairs = zip(wanted, words, strict=True)
    return all(word == like or (sum(map(str.isalpha, word)) >= 4 and is_one_error(word, like)) for word, like in pairs)


def is_one_error(word: str, like: str) -> bool:
    """Whether one character put in, left out, replaced or swapped with its neighbour makes one of the other."""
    for place in range(len(word) + 1):
        ahead, behind = word[:place], word[place:]
        if like.startswith(ahead):
            rest = like[place:]
            inserted, deleted, replaced = rest[1:] == behind, rest == behind[1:], rest[1:] == behind[1:]
            swapped = len(behind) > 1 and rest == behind[1] + behind[0] + behind[2:]
            if (inserted and rest) or (deleted and behind) or (replaced and rest and behind) or swapped:
                return True
    return False
