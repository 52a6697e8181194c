"""Rule books of made-up rules."""

from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.rulesets import Made, rule_file
from flask_chatbot.core.deciding.rulebook import RuleBook
from flask_chatbot.core.loading.loader import load_rules


def load_book(rules: Iterable[Made]) -> RuleBook:
    """The rules as the loader reads them from a file."""
    return load_text(rule_file(rules))


def load_text(text: str) -> RuleBook:
    """The rules in the text of a rule file; `RulesError` where it is broken."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "rules.yaml")
        path.write_text(text, encoding="utf-8")
        return load_rules(path)
