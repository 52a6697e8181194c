"""A matcher that loops over all rules and applies the documented definition to each: slow, and easy to believe."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from unicodedata import normalize

from flask_chatbot.core.language.folding import fold, fold_with_signs, split_words, without_signs
from flask_chatbot.core.language.signs import is_sign
from flask_chatbot.core.language.words import Words
from flask_chatbot.core.matching.loose import WORDS_LIMIT
from flask_chatbot.core.matching.match import Candidate, Kind
from flask_chatbot.core.matching.rule import Keyword, Phrase, Rule
from flask_chatbot.core.matching.steps import LookupStep as Step
from flask_chatbot.core.values.actions import Subscribe
from tests.core.matching.naive_texts import droppable, has_letters, is_like, joined, plain, squeezed


class Naive:
    """Rules, the lists of a language, and the words that mean the same; all folded already."""

    def __init__(self, rules: Sequence[Rule], words: Words, synonyms: Mapping[str, str]) -> None:
        self.rules = rules
        self.words = words
        self.synonyms = synonyms
        self.longest = max((run.count(" ") + 1 for run in synonyms), default=1)
        greetings = {each for listed in words.greetings.values() for each in listed}
        self.ahead = self.with_heads(words.ignore | words.ignore_first | greetings)
        self.behind = self.with_heads(words.ignore | words.ignore_last | words.thanks)
        self.signs = {word for rule in rules for keyword in rule.keywords for word in keyword.literal.split(" ") if is_sign(word)}

    def candidates(self, text: str, silent: Collection[int] = ()) -> list[Candidate]:
        """Every rule that matches by its best literal, the winner first; those at the `silent` positions may not answer now."""
        text = text[:4096]
        whole = self.heads(fold(text))
        found = [*self.by_keyword(text, silent), *self.by_pattern(text), *self.by_phrase(text), *self.by_likeness(whole)]
        if all(candidate.rule.position in silent for candidate in found):
            found += self.loosely(text, silent)
        fallbacks = [Candidate(rule, Kind.FALLBACK, "") for rule in self.rules if rule.fallback]
        ordered = self.yielding(sorted(found, key=rank), text) + sorted(fallbacks, key=rank)
        return [each for place, each in enumerate(ordered) if each.rule not in [before.rule for before in ordered[:place]]]

    def yielding(self, found: list[Candidate], text: str) -> list[Candidate]:
        """Small talk behind the others where the text asks for something; but a keyword that nothing outranks is the whole text."""
        whole = [each for each in found if each.kind in (Kind.KEYWORD, Kind.FIELDS) and self.outranks_all_others(each.rule)]
        rest = set(split_words(self.heads(fold(text))))
        asked = [each for each in found if "?" in text or not self.words.questions.isdisjoint(rest - set(each.literal.split(" ")))]
        asking = [each for each in asked if each not in whole and each.rule.small_talk]
        return whole + [each for each in found if each not in whole and each not in asking] + asking

    def outranks_all_others(self, rule: Rule) -> bool:
        return all(rule.priority >= other.priority for other in self.rules if other.patterns or other.contains or other.similar)

    # -- keywords ------------------------------------------------------------------------------------

    def by_keyword(self, text: str, silent: Collection[int]) -> list[Candidate]:
        """What the keywords of a step find; the next step is taken where all that was found so far is silent."""
        bare = text.rstrip("# \t\n") if self.read(text)[0].endswith("#") else text
        found: list[Candidate] = []
        for step in (Step.WRITTEN, Step.ASIDE, Step.SYNONYMS, Step.COURTESY, Step.COURTEOUS_SYNONYMS):
            for hits in (
                [*self.every(Kind.KEYWORD, self.readings(text, step), step), *self.with_parts(text, step)],
                self.every(Kind.KEYWORD, self.readings(text, step, bare=True), step) if bare != text else [],
                self.every(Kind.FIELDS, self.readings(text, step, bare=True), step),
            ):
                if all(candidate.rule.position in silent for candidate in found):
                    found += hits
        if not all(candidate.rule.position in silent for candidate in found):
            return found
        found += self.spaced(text) if "#" not in text else []
        found += self.opting_out(text) if not found else []
        if not found and text.startswith("#") and text.strip("# \t"):
            return self.by_keyword(text.lstrip("# \t"), silent)
        return found

    def read(self, text: str) -> list[str]:
        """The text with the emoji that the rules hold, then without any."""
        folded = fold_with_signs(text)
        return list(dict.fromkeys([without_signs(folded, self.signs), without_signs(folded)]))

    def readings(self, text: str, step: Step, *, bare: bool = False) -> list[str]:
        """The text in one step; `bare` without the marks at its end."""
        written = self.read(self.read(text)[0].rstrip("#")) if bare and self.read(text)[0].endswith("#") else self.read(text)
        aside = list(dict.fromkeys([*written, *map(plain, written)]))
        headed = list(dict.fromkeys(map(self.heads, aside)))
        return {
            Step.WRITTEN: written,
            Step.ASIDE: aside,
            Step.SYNONYMS: headed if self.synonyms else [],
            Step.COURTESY: [left for reading in aside for left in self.without_courtesy(reading)],
            Step.COURTEOUS_SYNONYMS: [left for reading in headed for left in self.without_courtesy(reading)] if self.synonyms else [],
        }[step]

    def all_readings(self, text: str) -> list[str]:
        steps = (Step.ASIDE, Step.SYNONYMS, Step.COURTESY, Step.COURTEOUS_SYNONYMS)
        return list(dict.fromkeys(reading for step in steps for reading in self.readings(text, step)))

    def every(self, kind: Kind, readings: Collection[str], step: Step) -> list[Candidate]:
        """The keywords of a kind that a whole text is in one step."""
        hits = [(rule, keyword) for rule, keyword in self.keywords(kind) if self.is_one(keyword, readings, step)]
        return [Candidate(rule, kind, keyword.literal, "", step) for rule, keyword in hits]

    def with_parts(self, text: str, step: Step) -> Iterator[Candidate]:
        """The keywords that stand before one of the marks of a text; none holds more marks than the longest."""
        most = max((keyword.literal.count("#") for _, keyword in self.keywords(Kind.FIELDS)), default=-1)
        for place in [place for place, character in enumerate(text) if character == "#"][: most + 1]:
            readings = self.readings(text[:place], step)
            for rule, keyword in self.keywords(Kind.FIELDS):
                if self.is_one(keyword, readings, step):
                    yield Candidate(rule, Kind.FIELDS, keyword.literal, text[place + 1 :], step)

    def is_one(self, keyword: Keyword, readings: Collection[str], step: Step) -> bool:
        """A keyword is one of the readings: as written, else without accents and emoji, else also by the words it stands for."""
        literal, bare = keyword.literal, without_signs(keyword.literal)
        forms = {literal}
        if step is not Step.WRITTEN:
            forms |= {bare, plain(literal), plain(bare)}
        if step in (Step.SYNONYMS, Step.COURTEOUS_SYNONYMS):
            forms |= {self.heads(literal), plain(self.heads(literal)), plain(without_signs(self.heads(literal)))}
            return not keyword.exact and not forms.isdisjoint(readings)
        return not forms.isdisjoint(readings)

    def keywords(self, kind: Kind) -> Iterator[tuple[Rule, Keyword]]:
        for rule in self.rules:
            for keyword in rule.keywords:
                if keyword.takes_fields == (kind is Kind.FIELDS):
                    yield rule, keyword

    def spaced(self, text: str) -> list[Candidate]:
        """The keyword with the most words ahead, then a number for its first field and the rest for its last; courtesy behind goes."""
        written = text.split()
        for size in range(min(len(written) - 1, 12), 0, -1) if len(written) <= 60 else ():
            values = written[size:]
            while values and fold(values[-1]) in self.words.ignore | self.words.ignore_last | self.words.thanks:
                values.pop()
            for step in (Step.WRITTEN, Step.ASIDE, Step.SYNONYMS, Step.COURTESY, Step.COURTEOUS_SYNONYMS):
                hits = self.every(Kind.FIELDS, self.readings(" ".join(written[:size]), step), step)
                if hits:
                    break
            parts = [values[0], " ".join(values[1:])][: len(values)] if values else []
            taken = [hit for hit in hits if hit.rule.fields and not self.is_exact(hit) and values and fold(values[0]).isdecimal()]
            if taken:
                return [Candidate(hit.rule, Kind.FIELDS, hit.literal, "#".join(parts), Step.SPACED) for hit in taken]
        return []

    def is_exact(self, hit: Candidate) -> bool:
        return any(keyword.exact for keyword in hit.rule.keywords if keyword.literal == hit.literal)

    def opting_out(self, text: str) -> list[Candidate]:
        """The rules that opt out, where a reading of the text, or that without repeated letters, is a phrase for it."""
        said = [each for reading in self.all_readings(text) for each in (reading, squeezed(reading)) if self.words.opt_out.fullmatch(each)]
        out = [rule for rule in self.rules if Subscribe(False) in rule.actions]
        return [Candidate(rule, Kind.KEYWORD, said[0], "", Step.OPT_OUT) for rule in out if said]

    # -- what is written otherwise --------------------------------------------------------------------

    def loosely(self, text: str, silent: Collection[int]) -> list[Candidate]:
        """What is found with other spaces, else without repeated letters, else by its meaning."""
        head, _, rest = text.partition("#")
        readings = self.all_readings(head) if head.strip() else []
        found: list[Candidate] = []
        for step, look in ((Step.JOINED, self.joined), (Step.SQUEEZED, self.squeezed), (Step.MEANING, self.meant)):
            hits = dict.fromkeys(look(readings)) if readings else []
            if any(rule.position not in silent for rule, _ in hits):
                return found + [self.loose(*hit, rest, step) for hit in hits if self.may_hold(*hit, rest)]
            found += [self.loose(*hit, rest, step) for hit in hits if self.may_hold(*hit, rest)]
        return found

    def loose(self, rule: Rule, literal: str, rest: str, step: Step) -> Candidate:
        return Candidate(rule, Kind.SIMILAR, literal, rest, step)

    def may_hold(self, rule: Rule, literal: str, rest: str) -> bool:
        """What stands behind a mark belongs to a keyword that takes it."""
        return not rest.strip("# \t\n") or any(each.takes_fields and each.literal == literal for each in rule.keywords)

    def literals(self) -> Iterator[tuple[Rule, str]]:
        """The keywords that may be written otherwise, and the similar texts."""
        for rule in self.rules:
            yield from ((rule, each.literal) for each in rule.keywords if not each.exact and "#" not in each.literal)
            yield from ((rule, literal) for literal in rule.similar)

    def joined(self, readings: Sequence[str]) -> list[tuple[Rule, str]]:
        texts = {joined(reading) for reading in readings if has_letters(reading, 6)}
        whole = [(rule, literal) for rule, literal in self.literals() if has_letters(literal, 6) and joined(literal) in texts]
        if whole:
            return whole
        words = self.split(readings[0]) if readings[0].count(" ") < WORDS_LIMIT else []
        runs = {"".join(words[start:end]) for start in range(len(words)) for end in range(start + 1, len(words) + 1)}
        phrases = [(rule, phrase) for rule in self.rules for phrase in rule.contains if phrase.star < 0 and has_letters(phrase.literal, 6)]
        return [(rule, phrase.literal) for rule, phrase in phrases if "".join(phrase.words) in runs]

    def squeezed(self, readings: Sequence[str]) -> list[tuple[Rule, str]]:
        once = [squeezed(reading) for reading in readings if has_letters(reading, 3)]
        texts = {*once, *(left for reading in once for left in self.without_courtesy(reading))}
        whole = [(rule, literal) for rule, literal in self.literals() if has_letters(literal, 3) and squeezed(literal) in texts]
        if whole:
            return whole
        known = {word for rule in self.rules for phrase in rule.contains for word in phrase.words if has_letters(word, 3)}
        spelled = {squeezed(word): word for word in sorted(known)}
        words = [spelled.get(squeezed(word), squeezed(word)) if has_letters(word, 3) else word for word in self.split(readings[0])]
        return [
            (rule, phrase.literal)
            for rule in self.rules
            for phrase in rule.contains
            if words != self.split(readings[0])
            and any(self.stands(phrase, words[start : start + len(phrase.words)]) for start in range(len(words)))
        ]

    def meant(self, readings: Sequence[str]) -> list[tuple[Rule, str]]:
        """The keywords of the list that is nearest to a greeting, a thanks or a yes."""
        for reading in dict.fromkeys([*readings, *map(squeezed, readings)]):
            lists: Sequence[Collection[str]] = self.words.greetings_like(reading)
            if reading in self.words.thanks:
                lists = [self.words.thanks]
            elif reading in self.words.yes or set(reading.split(" ")) <= self.words.yes:
                lists = [self.words.yes]
            for listed in lists:
                plain_ones = [(rule, keyword) for rule, keyword in self.keywords(Kind.KEYWORD) if not keyword.exact]
                if found := [(rule, keyword.literal) for rule, keyword in plain_ones if keyword.literal in listed]:
                    return found
        return []

    # -- the other kinds --------------------------------------------------------------------------------

    def by_pattern(self, text: str) -> Iterator[Candidate]:
        """The patterns, each tried on the text as written."""
        written = normalize("NFKC", text.strip())[:4096].strip().encode("utf-8", "replace").decode()
        for rule in self.rules:
            for pattern in rule.patterns:
                if pattern.compiled.search(written):
                    yield Candidate(rule, Kind.PATTERN, pattern.source)

    def by_phrase(self, text: str) -> list[Candidate]:
        """The phrases whose words stand in the text one after the other; where none does, without accents on both sides."""
        for step, fit in ((Step.WRITTEN, str), (Step.ASIDE, plain)):
            found = [
                Candidate(rule, Kind.CONTAINS, phrase.literal, "", step)
                for words in ([fit(word) for word in self.split(reading)] for reading in self.read(text))
                for rule in self.rules
                for phrase in rule.contains
                if any(self.stands(phrase, words[start : start + len(phrase.words)], fit) for start in range(len(words)))
            ]
            if found:
                return found
        return []

    def split(self, whole: str) -> list[str]:
        return self.heads(" ".join(split_words(whole))).split(" ")

    def stands(self, phrase: Phrase, words: Sequence[str], fit: Callable[[str], str] = str) -> bool:
        return len(words) == len(phrase.words) and all(
            self.begins(wanted, word, fit) if place == phrase.star else fit(wanted) == word
            for place, (wanted, word) in enumerate(zip(phrase.words, words, strict=True))
        )

    def begins(self, start: str, word: str, fit: Callable[[str], str]) -> bool:
        """A word begins so, or with the word that this stands for, or is what such a word stands for."""
        heads = [fit(head) for slang, head in self.synonyms.items() if slang.startswith(start)]
        return word.startswith((fit(start), fit(self.synonyms.get(start, start)))) or word in heads

    def by_likeness(self, whole: str) -> Iterator[Candidate]:
        """The whole texts that the text is, typing errors and courtesy words at its ends forgiven."""
        whole = whole.rstrip("#")
        readings = [whole, *map(self.heads, self.without_courtesy(whole))]
        for rule in self.rules:
            for literal in rule.similar:
                if any(is_like(literal.split(" "), reading.split(" ")) for reading in readings):
                    yield Candidate(rule, Kind.SIMILAR, literal)

    def heads(self, folded: str) -> str:
        """The text with the longest synonym at each place replaced, mark by mark."""
        return "#".join(self.headed(part.split(" ")) if part else "" for part in folded.split("#"))

    def headed(self, words: Sequence[str]) -> str:
        found: list[str] = []
        place = 0
        while place < len(words):
            runs = [words[place : place + size] for size in range(min(self.longest, len(words) - place), 0, -1)]
            run = next((run for run in runs if " ".join(run) in self.synonyms), words[place : place + 1])
            found.append(self.synonyms.get(" ".join(run), run[0]))
            place += len(run)
        return " ".join(found)

    def with_heads(self, listed: Iterable[str]) -> set[str]:
        return {*listed, *map(self.heads, listed)}

    def without_courtesy(self, whole: str) -> list[str]:
        """What is left without courtesy at the ends, if it is more than courtesy or a yes."""
        words = whole.split(" ")
        ends = droppable([word[::-1] for word in words[::-1]], {run[::-1] for run in self.behind})
        cuts = [words[ahead : len(words) - behind] for ahead in droppable(words, self.ahead) for behind in ends if ahead or behind]
        little = self.words.ignore | self.words.yes
        return [" ".join(left) for left in cuts if not set(left) <= little and " ".join(left) not in self.words.yes]


def rank(candidate: Candidate) -> tuple[int, int, int, int, str]:
    """The documented order: priority, the table of kinds, the longer literal (a star and a pattern say no letters), the files."""
    said = {Kind.PATTERN: "", Kind.CONTAINS: candidate.literal.replace("*", "")}.get(candidate.kind, candidate.literal)
    return (-candidate.rule.priority, candidate.kind, -len(said), candidate.rule.position, candidate.literal)
