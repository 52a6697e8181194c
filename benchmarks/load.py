"""Loading: a file of 10,000 rules with every check, beside the bare parse of its YAML."""

from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import yaml

from benchmarks.rulesets import make_rules, rule_file
from benchmarks.tables import Row, Say, seconds
from benchmarks.timing import in_turn, no_collector, ratio
from flask_chatbot.core.loader import load_rules

RULES = 10_000


def run(say: Say, quick: bool = False) -> list[Row]:
    """The time to load, as a ratio to `yaml.load` with the C parser; the collector is paused for both."""
    text = rule_file(make_rules(RULES))
    with TemporaryDirectory() as folder, no_collector():
        path = Path(folder, "rules.yaml")
        path.write_text(text, encoding="utf-8")
        works = {"ours": partial(ours, path), "yaml": partial(bare, text)}
        costs = in_turn(works, 3 if quick else 9)
    one, other = costs["ours"], costs["yaml"]
    return [
        Row("loading 10,000 rules, beside yaml.load(CSafeLoader)", seconds(median(one)), seconds(median(other)), ratio(one, other), 3.5)
    ]


def ours(path: Path) -> int:
    """One load with all its checks."""
    load_rules(path)
    return 1


def bare(text: str) -> int:
    """One parse into dicts and lists, with no check."""
    yaml.load(text, yaml.CSafeLoader)
    return 1
