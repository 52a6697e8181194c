"""Loading: a file of 10,000 rules with every check, beside the bare parse of its YAML."""

from collections.abc import Iterable
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import yaml

from benchmarks.profile import sampled_in_folder
from benchmarks.rulesets import make_rules, rule_file
from benchmarks.tables import Row, Say, seconds
from benchmarks.timing import Work, in_turn, no_collector, ratio
from flask_chatbot.core.loading.loader import load_rules

RULES = 10_000
UNLIKE = 2_000  # each of which costs as much as a dozen others
OPERATORS = "+-*"


def run(say: Say, quick: bool = False) -> list[Row]:
    """The time to load, as a ratio to `yaml.load` with the C parser; the collector is paused for both."""
    del say
    rows = []
    for what, text, promise in (
        (f"loading {RULES:,} rules", rule_file(make_rules(RULES)), 4.0),
        (f"loading {RULES:,} rules whose tags are their own", written(own_tags(number) for number in range(RULES)), 8.0),
        (f"loading {UNLIKE:,} rules, each built like no other", written(unlike_tags(number) for number in range(UNLIKE)), None),
    ):
        one, other = measured(text, 3 if quick or promise is None else 9)
        ours, bare = seconds(median(one)), seconds(median(other))
        named = f"{what}, beside yaml.load(CSafeLoader)"
        rows.append(Row(named, ours, bare, ratio(one, other), promise, profile=partial(profile, text)))
    return rows


def written(replies: Iterable[str]) -> str:
    """A file of rules with two fields, whose names have their numbers in them, and these replies."""
    rules = (
        f'  - keyword: kata{number}#\n    fields: [kota{number}, jumlah{number}: {{type: integer}}]\n    reply: "{reply}"\n'
        for number, reply in enumerate(replies)
    )
    return "version: 1\nrules:\n" + "".join(rules)


def own_tags(number: int) -> str:
    """A reply with names, words, numbers and arguments of filters of its own in its tags."""
    return (
        f"{{% set x{number} = jumlah{number} * {number + 2} %}}Halo {{{{ nama or 'Kak {number}' }}}}, "
        f"{{% if kota{number} == 'kota {number}' %}}{{{{ x{number} | rupiah }}}}{{% endif %}} "
        f"ke {{{{ kota{number} | truncate({number + 9}) | replace('a{number}', 'b{number}') }}}} siap."
    )


def unlike_tags(number: int) -> str:
    """A reply with a sum whose operators no other has in that order."""
    signs = (OPERATORS[number // 3**place % 3] for place in range(9))
    return f"Halo {{{{ nama }}}}, {{{{ jumlah{number} {' '.join(f'{sign} 2' for sign in signs)} }}}} siap."


def measured(text: str, rounds: int) -> tuple[list[float], list[float]]:
    """What our load of a file and the bare parse of it cost."""
    with TemporaryDirectory() as folder, no_collector():
        path = Path(folder, "rules.yaml")
        path.write_text(text, encoding="utf-8")
        works = {"ours": partial(ours, path), "yaml": partial(bare, text)}
        costs = in_turn(works, rounds)
    return costs["ours"], costs["yaml"]


def profile(text: str) -> str:
    """Where the time of loading a file goes."""

    def make(folder: Path) -> Work:
        path = folder / "rules.yaml"
        path.write_text(text, encoding="utf-8")
        return partial(ours, path)

    with no_collector():
        return sampled_in_folder(make, "a load")


def ours(path: Path) -> int:
    """One load with all its checks."""
    load_rules(path)
    return 1


def bare(text: str) -> int:
    """One parse into dicts and lists, with no check."""
    yaml.load(text, yaml.CSafeLoader)
    return 1
