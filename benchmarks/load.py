"""Loading: a file of 10,000 rules with every check, beside the bare parse of its YAML."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import yaml

from benchmarks.rulesets import make_rules, rule_file
from benchmarks.tables import Row, Say, seconds
from benchmarks.timing import in_turn, no_collector, ratio
from flask_chatbot.core.loading.loader import load_rules

RULES = 10_000


def run(say: Say, quick: bool = False) -> list[Row]:
    """The time to load, as a ratio to `yaml.load` with the C parser; the collector is paused for both."""
    rows = []
    for what, text, promise in (
        ("loading 10,000 rules", rule_file(make_rules(RULES)), 4.0),
        ("loading 10,000 rules whose tags are their own", "".join(own_tags(RULES)), 8.0),
    ):
        one, other = measured(text, quick)
        rows.append(Row(f"{what}, beside yaml.load(CSafeLoader)", seconds(median(one)), seconds(median(other)), ratio(one, other), promise))
    return rows


def own_tags(count: int) -> Iterator[str]:
    """A file of rules of which each has names, words and numbers of its own in its tags."""
    yield "version: 1\nrules:\n"
    for number in range(count):
        reply = (
            f"{{% set x{number} = jumlah{number} * {number + 2} %}}Halo {{{{ nama or 'Kak {number}' }}}}, "
            f"{{% if kota{number} == 'kota {number}' %}}{{{{ x{number} | rupiah }}}}{{% endif %}} siap."
        )
        yield f'  - keyword: kata{number}#\n    fields: [kota{number}, jumlah{number}: {{type: integer}}]\n    reply: "{reply}"\n'


def measured(text: str, quick: bool) -> tuple[list[float], list[float]]:
    """What our load of a file and the bare parse of it cost."""
    with TemporaryDirectory() as folder, no_collector():
        path = Path(folder, "rules.yaml")
        path.write_text(text, encoding="utf-8")
        works = {"ours": partial(ours, path), "yaml": partial(bare, text)}
        costs = in_turn(works, 3 if quick else 9)
    return costs["ours"], costs["yaml"]


def ours(path: Path) -> int:
    """One load with all its checks."""
    load_rules(path)
    return 1


def bare(text: str) -> int:
    """One parse into dicts and lists, with no check."""
    yaml.load(text, yaml.CSafeLoader)
    return 1
