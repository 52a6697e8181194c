"""Mistakes that people make in rule files: each is answered with its place, the fact and the way out, in exactly these words."""

import re
from datetime import date
from pathlib import Path
from typing import NamedTuple

import pytest

from flask_chatbot.core.checks.lint import lint
from flask_chatbot.core.loading.loader import read_rules

TODAY = date(2026, 11, 23)
WRITTEN = re.compile(r"<U\+([0-9A-F]{4})>")
KNOWN = re.compile(r"Known here: .*")  # the list grows with the format


class Mistake(NamedTuple):
    title: str
    text: str
    problems: list[str]


def read(part: str) -> Mistake:
    title, *lines = part.strip().split("\n")
    text = "\n".join(line for line in lines if not line.startswith("=> "))
    found = [line.removeprefix("=> ") for line in lines if line.startswith("=> ")]
    return Mistake(title, WRITTEN.sub(lambda sign: chr(int(sign[1], 16)), text) + "\n", found)


MISTAKES = [read(part) for part in (Path(__file__).parent / "mistakes.txt").read_text("utf-8").split("\n## ")[1:]]


@pytest.mark.parametrize("mistake", MISTAKES, ids=[mistake.title for mistake in MISTAKES])
def test_a_mistake_is_reported_with_its_place_and_the_way_out(tmp_path: Path, mistake: Mistake) -> None:
    path = tmp_path / "rules.yaml"
    path.write_text(mistake.text, "utf-8", newline="")
    loaded = read_rules(path)
    problems = [*loaded.problems, *(lint(loaded.book, today=TODAY) if loaded.book else ())]
    found = [str(problem).removeprefix(f"{path}:") for problem in sorted(problems, key=lambda problem: problem.mark)]
    assert [KNOWN.sub("Known here: ...", each) for each in found] == mistake.problems


def test_each_mistake_has_a_title_of_its_own() -> None:
    assert len({mistake.title for mistake in MISTAKES}) == len(MISTAKES) > 200
