"""A matcher that loops over all rules and applies the documented definition to each: slow, and easy to believe."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from unicodedata import normalize

from flask_chatbot.core.language.folding import fold, split_words
from flask_chatbot.core.language.readings import IGNORED_AT_EACH_END
from flask_chatbot.core.matching.match import Candidate, Kind
from flask_chatbot.core.matching.rule import Keyword, Phrase, Rule

Look = Callable[[str, str], bool]


def plain(folded: str) -> str:
    """The text without accents, as far as these tests write any."""
    return folded.replace("é", "e")


class Naive:
    """Rules, and the words that mean the same or nothing; all folded already."""

    def __init__(self, rules: Sequence[Rule], ignored: Iterable[str], synonyms: Mapping[str, str]) -> None:
        self.rules = rules
        self.synonyms = synonyms
        self.ignored = {synonyms.get(word, word) for word in ignored}

    def candidates(self, text: str, silent: Collection[int] = ()) -> list[Candidate]:
        """Every rule that matches by its best literal, the winner first; those at the `silent` positions may not answer now."""
        text = text[:4096]
        whole = self.heads(fold(text))
        found = [*self.by_keyword(text, silent), *self.by_pattern(text), *self.by_phrase(whole), *self.by_likeness(whole)]
        fallbacks = [Candidate(rule, Kind.FALLBACK, "") for rule in self.rules if rule.fallback]
        ordered = sorted(found, key=rank) + sorted(fallbacks, key=rank)
        return [each for place, each in enumerate(ordered) if each.rule not in [before.rule for before in ordered[:place]]]

    def by_keyword(self, text: str, silent: Collection[int]) -> list[Candidate]:
        """What the keywords of a step find; the next step is taken where all that was found so far is silent."""
        whole = fold(text)
        bare = whole.rstrip("#")
        found: list[Candidate] = []
        for look in (self.written, self.aside, self.headed, self.courteous, self.courteous_headed):
            for step in (
                [*self.every(Kind.KEYWORD, whole, look), *self.with_parts(text, look)],
                list(self.every(Kind.KEYWORD, bare, look)) if bare != whole else [],
                list(self.every(Kind.FIELDS, bare, look)),
            ):
                if all(candidate.rule.position in silent for candidate in found):
                    found += step
        if not found and text.startswith("#") and text.strip("# \t"):
            return self.by_keyword(text.lstrip("# \t"), silent)
        return found

    def every(self, kind: Kind, whole: str, look: Look) -> Iterator[Candidate]:
        """The keywords of a kind that a whole text is, looked at in one way."""
        for rule, keyword in self.keywords(kind):
            if look(keyword.literal, whole):
                yield Candidate(rule, kind, keyword.literal)

    def with_parts(self, text: str, look: Look) -> Iterator[Candidate]:
        """The keywords that stand before one of the marks of a text."""
        for rule, keyword in self.keywords(Kind.FIELDS):
            for place, character in enumerate(text):
                if character == "#" and look(keyword.literal, fold(text[:place])):
                    yield Candidate(rule, Kind.FIELDS, keyword.literal, text[place + 1 :])

    def written(self, literal: str, text: str) -> bool:
        return literal == text

    def aside(self, literal: str, text: str) -> bool:
        """The same but for accents; or the literal stands for what is written."""
        return bool({literal, plain(literal), self.heads(literal)} & {text, plain(text)})

    def headed(self, literal: str, text: str) -> bool:
        heads = {self.heads(reading) for reading in (text, plain(text))} - {text, plain(text)}
        return bool({literal, plain(literal), self.heads(literal)} & heads)

    def courteous(self, literal: str, text: str) -> bool:
        left = {each for reading in (text, plain(text)) for each in self.without_courtesy(reading)}
        return bool({literal, plain(literal), self.heads(literal)} & left)

    def courteous_headed(self, literal: str, text: str) -> bool:
        heads = {self.heads(reading) for reading in (text, plain(text))} - {text, plain(text)}
        return bool({literal, plain(literal), self.heads(literal)} & {each for reading in heads for each in self.without_courtesy(reading)})

    def keywords(self, kind: Kind) -> Iterator[tuple[Rule, Keyword]]:
        for rule in self.rules:
            for keyword in rule.keywords:
                if keyword.takes_fields == (kind is Kind.FIELDS):
                    yield rule, keyword

    def by_pattern(self, text: str) -> Iterator[Candidate]:
        """The patterns, each tried on the text as written."""
        written = normalize("NFKC", text.strip())[:4096].strip().encode("utf-8", "replace").decode()
        for rule in self.rules:
            for pattern in rule.patterns:
                if pattern.compiled.search(written):
                    yield Candidate(rule, Kind.PATTERN, pattern.source)

    def by_phrase(self, whole: str) -> Iterator[Candidate]:
        """The phrases whose words stand in the text one after the other."""
        words = [self.synonyms.get(word, word) for word in split_words(whole)]
        for rule in self.rules:
            for phrase in rule.contains:
                if any(self.stands(phrase, words[start : start + len(phrase.words)]) for start in range(len(words))):
                    yield Candidate(rule, Kind.CONTAINS, phrase.literal)

    def stands(self, phrase: Phrase, words: Sequence[str]) -> bool:
        return len(words) == len(phrase.words) and all(
            self.begins(wanted, word) if place == phrase.star else wanted == word
            for place, (wanted, word) in enumerate(zip(phrase.words, words, strict=True))
        )

    def begins(self, start: str, word: str) -> bool:
        """A word begins so, or with the word that this stands for, or is what such a word stands for."""
        heads = [head for slang, head in self.synonyms.items() if slang.startswith(start)]
        return word.startswith((start, self.synonyms.get(start, start))) or word in heads

    def by_likeness(self, whole: str) -> Iterator[Candidate]:
        """The whole texts that the text is, typing errors and courtesy words at its ends forgiven."""
        whole = whole.rstrip("#")
        readings = [whole, *map(self.heads, self.without_courtesy(whole))]
        for rule in self.rules:
            for literal in rule.similar:
                if any(is_like(literal.split(" "), reading.split(" ")) for reading in readings):
                    yield Candidate(rule, Kind.SIMILAR, literal)

    def heads(self, folded: str) -> str:
        parts = folded.split("#")
        return "#".join(" ".join(self.synonyms.get(word, word) for word in part.split(" ")) for part in parts)

    def without_courtesy(self, whole: str) -> set[str]:
        words = whole.split(" ")
        left = set()
        for ahead in range(IGNORED_AT_EACH_END + 1):
            for behind in range(IGNORED_AT_EACH_END + 1):
                gone = words[:ahead] + words[len(words) - behind :]
                if set(gone) <= self.ignored and not set(words[ahead : len(words) - behind]) <= self.ignored:
                    left.add(" ".join(words[ahead : len(words) - behind]))
        return left


def rank(candidate: Candidate) -> tuple[int, int, int, int, str]:
    """The documented order: priority, the table of kinds, the longer literal (a star and a pattern say no letters), the files."""
    said = {Kind.PATTERN: "", Kind.CONTAINS: candidate.literal.replace("*", "")}.get(candidate.kind, candidate.literal)
    return (-candidate.rule.priority, candidate.kind, -len(said), candidate.rule.position, candidate.literal)


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
