"""Rules and messages made from a seed: the same for us and for whoever we are compared with."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from random import Random

SEED = 4
SYLLABLES = tuple(consonant + vowel for consonant in "bcdfghjklmnprstwy" for vowel in "aeiou")
MIX = {"keyword": 70, "fields": 15, "contains": 5, "pattern": 5, "similar": 5}  # in a hundred
UNKNOWN = "Kata kunci tidak terdaftar."


@dataclass(frozen=True, slots=True)
class Made:
    """A rule: its `kind`, the words a message is recognised by, and the number that makes its reply unlike all others."""

    kind: str
    words: str
    number: int

    @property
    def written(self) -> str:
        """The rule as an entry of ``rules:``."""
        return f"  - {WRITTEN[self.kind].format(words=self.words)}\n    reply: {self.template}\n"

    @property
    def template(self) -> str:
        if self.kind == "fields":
            return f"Terima kasih {{{{ nama }}}}, {{{{ jumlah }}}} {self.words} kami siapkan dengan nomor {self.number}."
        return f"Halo {{{{ nama or 'Kak' }}}}, {self.words} ada di rak {self.number} dan siap dikirim."

    @property
    def expression(self) -> str:
        """A regular expression that does the same; of `similar`, what it can: the text without typing errors."""
        return EXPRESSIONS[self.kind].format(words=self.words)

    def message(self, random: Random) -> str:
        """What a customer writes to be answered by it."""
        tail = random.randrange(100, 10_000)
        if self.kind == "similar":
            place = random.randrange(1, len(self.words) - 1)
            return self.words[:place] + self.words[place + 1 :] if self.words[place - 1 : place + 2].isalpha() else self.words
        return MESSAGES[self.kind].format(words=self.words, tail=tail)


WRITTEN = {
    "keyword": "keyword: {words}",
    "fields": "keyword: '{words}#'\n    fields: [nama, jumlah: {{type: integer}}]",
    "contains": "contains: {words}",
    "pattern": r"pattern: '\b{words} ?\d{{3,4}}\b'",
    "similar": "similar: {words}",
}
EXPRESSIONS = {
    "keyword": r"^{words}$",
    "fields": r"^{words}\s*#(.*)$",
    "contains": r"\b{words}\b",
    "pattern": r"\b{words} ?\d{{3,4}}\b",
    "similar": r"^{words}$",
}
MESSAGES = {
    "keyword": "{words}",
    "fields": "{words}#Budi#{tail}",
    "contains": "kak apa {words} masih ada untuk besok",
    "pattern": "tolong cek {words} {tail} ya",
}
MISSES = ("{0}", "{0} {1}", "{0}#Budi#{2}", "kak mau tanya {0} {1} ada tidak", "terima kasih {0} {2}")


class Words:
    """Made-up words, each given out once."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._given: set[str] = set()

    def new(self) -> str:
        while True:
            word = "".join(self._random.choices(SYLLABLES, k=4))
            if word not in self._given:
                self._given.add(word)
                return word


def make_rules(count: int, mix: dict[str, int] = MIX) -> list[Made]:
    """So many rules, their kinds in the shares of `mix`, in no order."""
    random = Random(SEED)
    words = Words(random)
    kinds = [kind for kind, share in mix.items() for _ in range(-(-count * share // 100))]
    random.shuffle(kinds)
    return [Made(kind, made_words(kind, words), number) for number, kind in enumerate(kinds[:count], 1)]


def made_words(kind: str, words: Words) -> str:
    """Two words for what is looked for inside of texts, one for what is looked up."""
    return f"{words.new()} {words.new()}" if kind in ("contains", "similar") else words.new()


def make_messages(rules: Sequence[Made], count: int) -> list[str]:
    """So many messages, every second of them answered by no rule but the fallback. Few rules are hit by the same words again and again."""
    random = Random(SEED + 1)
    known = {word for rule in rules for word in rule.words.split()}
    words = Words(random)
    made: list[str] = []
    while len(made) < count:
        missed = random.choice(MISSES).format(words.new(), words.new(), random.randrange(10_000))
        if known.isdisjoint(re.split("[ #]", missed)):
            made += [random.choice(rules).message(random) + " " * (len(made) // 20 % 9), missed]
    return made[:count]


def rule_file(rules: Iterable[Made]) -> str:
    """The rules as the text of a rule file. What is near to a text that nothing matches is measured for itself."""
    written = "".join(rule.written for rule in rules)
    return f"version: 1\nsettings: {{guess: never}}\nrules:\n{written}  - fallback: true\n    reply: {UNKNOWN}\n"


def rivescript_lines(rules: Iterable[Made]) -> Iterator[str]:
    """The rules as lines of RiveScript."""
    yield "! version = 2.0"
    for rule in rules:
        yield f"+ {rule.words} *"
        yield f"- Halo, {rule.words} ada di rak {rule.number} dan siap dikirim."
    yield "+ *"
    yield f"- {UNKNOWN}"
