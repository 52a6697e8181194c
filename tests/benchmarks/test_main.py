"""The command that measures: what it prints, what it writes into a page, and how it ends."""

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from benchmarks.__main__ import PARTS, main
from benchmarks.tables import NO_TIME, Row, Say, table

PAGE = """\
# Speed

Measured on an abacus.

## The promises

| part | what | ours | beside | ratio | promise | |
|---|---|---|---|---|---|---|
| match | deciding | 9 s | 1 s | 9.00 | at most 2 | BROKEN |
| way | calls | 40 | | 40.00 | at most 45 | kept |

All hold.

## Where the time goes

By samples.

% profiles: match

### deciding

of before

% profiles: way

### calls

of a day long gone

## Deciding

% table: Deciding

| rules |
|---|
| 1 |
"""
Measure = Callable[[str, argparse.Namespace, Say], Sequence[Row]]


def unseen() -> str:
    raise AssertionError("the profile of a promise that holds was made")


def rows(**ratios: float) -> Measure:
    """Measures one row of each of these parts, of which at most 2 is promised, and draws a table of the first."""

    def measure(part: str, chosen: argparse.Namespace, say: Say) -> Sequence[Row]:
        if part not in ratios:
            return []
        if part == "match":
            say(table("Deciding", [["2"]], ["rules"]))
        return [Row(f"{part}ing", "3 s", "1 s", ratios[part], 2.0, profile=unseen if ratios[part] <= 2 else lambda: f"{part}/slow.py: 99%")]

    return measure


@pytest.fixture
def page(tmp_path: Path) -> Path:
    path = tmp_path / "performance.md"
    path.write_text(PAGE, "utf-8")
    return path


def test_a_run_whose_promises_hold_ends_with_0_and_makes_no_profile(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([], rows(match=2.0, way=1.0)) == 0
    assert "All promises are kept." in capsys.readouterr().out


def test_what_does_not_hold_is_named_with_its_profile_and_ends_the_run_with_1(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([], rows(match=3.0, way=1.0)) == 1
    printed = capsys.readouterr().out
    assert "\n### matching\n\nmatch/slow.py: 99%\n" in printed
    assert printed.endswith("\nBROKEN: matching\n")


def test_every_part_is_measured_unless_one_is_named() -> None:
    measured: list[str] = []

    def measure(part: str, chosen: argparse.Namespace, say: Say) -> Sequence[Row]:
        measured.append(part)
        return []

    assert (main([], measure), main(["burst"], measure), tuple(measured)) == (0, 0, (*PARTS, "burst"))


def test_profiles_of_what_holds_are_made_if_they_are_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    def measure(part: str, chosen: argparse.Namespace, say: Say) -> Sequence[Row]:
        return [Row("kept", "1 s", "1 s", 1.0, 2.0, profile=lambda: "core/fast.py: 1%"), Row("lost", "0", "0", 0.0, 0.0, profile=NO_TIME)]

    assert main(["way", "--profile"], measure) == 0
    printed = capsys.readouterr().out
    assert "### kept\n\ncore/fast.py: 1%\n" in printed
    assert "### lost\n\nNo profile: it is not a matter of time.\n" in printed


@pytest.mark.parametrize("failing", ["part", "profile"])
def test_what_fails_is_named_and_loses_nothing_else(failing: str, capsys: pytest.CaptureFixture[str], page: Path) -> None:
    def fail() -> str:
        raise RuntimeError("the server is gone")

    def measure(part: str, chosen: argparse.Namespace, say: Say) -> Sequence[Row]:
        if part == "nearest" and failing == "part":
            fail()
        return [Row(part, "3 s", "1 s", 3.0, 2.0, profile=fail)] if part == "nearest" else rows(match=1.0, way=1.0)(part, chosen, say)

    assert main(["--page", str(page)], measure) == 1
    what = "nearest" if failing == "part" else "the profile of nearest"
    assert f"FAILED: {what}: RuntimeError('the server is gone')" in capsys.readouterr().out
    assert "| way | waying | 3 s | 1 s | 1.00 | at most 2 | kept |" in page.read_text("utf-8")


def test_the_page_shows_the_whole_of_one_run(page: Path) -> None:
    assert main(["--page", str(page)], rows(match=1.0, way=3.0)) == 1
    written = page.read_text("utf-8")
    assert "earlier" not in written
    assert (
        "| match | matching | 3 s | 1 s | 1.00 | at most 2 | kept |\n| way | waying | 3 s | 1 s | 3.00 | at most 2 | BROKEN |\n" in written
    )
    assert "These promises do not hold: waying (3.00, at most 2 is promised)." in written
    assert "By samples.\n\n% profiles: way\n\n### waying\n\nway/slow.py: 99%\n\n## Deciding\n\n% table: Deciding\n\n| rules |" in written
    assert written.endswith("| 2     |\n")


def test_a_run_of_one_part_keeps_the_rows_and_profiles_of_the_others(page: Path) -> None:
    assert main(["match", "--page", str(page)], rows(match=3.0)) == 1
    written = page.read_text("utf-8")
    assert "| way | calls | 40 | | 40.00 | at most 45 | kept, earlier |" in written
    assert "% profiles: match\n\n### matching\n\nmatch/slow.py: 99%\n\n% profiles: way\n\n### calls\n\nof a day long gone\n" in written


def test_a_table_without_a_place_on_the_page_is_named_and_ends_the_run_with_1(capsys: pytest.CaptureFixture[str], page: Path) -> None:
    def measure(part: str, chosen: argparse.Namespace, say: Say) -> Sequence[Row]:
        say(table("Deciding, renamed", [["2"]], ["rules"]))
        return rows(match=1.0)(part, chosen, say)

    assert main(["match", "--page", str(page)], measure) == 1
    printed = capsys.readouterr().out
    assert "NO PLACE on the page for the table 'Deciding, renamed'" in printed
    assert "'Deciding'" not in printed
