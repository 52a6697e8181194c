"""The table of the suite that every transport passes has every test of it, every way, and both languages."""

from types import ModuleType

import pytest

from flask_chatbot.testing.transports import TransportSuite
from flask_chatbot.transports.registry import TRANSPORTS
from tests.docs.pages import extension
from tests.transports.conformance import PASSED, WAYS, difference, read_record


@pytest.fixture(scope="module")
def table() -> ModuleType:
    """The extension that makes the table."""
    return extension("conformance")


def test_the_record_has_every_way_and_every_test_of_the_suite(table: ModuleType) -> None:
    record = read_record()
    assert list(record) == list(WAYS.values())
    assert TRANSPORTS.keys() <= record.keys()
    suite = {name for name in dir(TransportSuite) if name.startswith("test_")}
    assert [{table.bare(test) for test in tests} == suite for tests in record.values()] == [True] * len(WAYS)
    assert len({frozenset(tests) for tests in record.values()}) == 1


def test_every_test_and_every_reason_is_said_in_indonesian(table: ModuleType) -> None:
    record = read_record()
    tests = {table.bare(test) for found in record.values() for test in found}
    reasons = {result for found in record.values() for result in found.values()} - {PASSED}
    assert (tests ^ table.TESTS.keys(), reasons ^ table.REASONS.keys()) == (set(), set())


def test_what_has_another_result_than_the_record_is_told_with_the_way_out() -> None:
    record = {"cloud": {"test_it": PASSED, "test_that": "It has no groups."}}
    said = "conformance.json says 'passed' of test_it by cloud, and now it is 'It has no files.'. Run python -m tools.conformance."
    assert difference("cloud", "test_it", "It has no files.", record) == said
    assert difference("cloud", "test_new", PASSED, record).startswith("conformance.json says 'nothing' of test_new by cloud")
    quiet = [("test_it", PASSED), ("test_that", "It has no groups."), ("test_it", ""), ("test_it", "failed")]
    assert [difference("cloud", test, result, record) for test, result in quiet] == [""] * 4


def test_a_cell_counts_the_parameters_that_passed(table: ModuleType) -> None:
    tests = {"test_a[1]": PASSED, "test_a[2]": "No.", "test_b": PASSED, "test_c": "No."}
    cells = [table.cell(name, tests, language) for name in ("test_a", "test_b", "test_c", "test_d") for language in (0, 1)]
    assert cells == ["1 of 2", "1 dari 2", "passed", "lulus", "-", "-", "-", "-"]
