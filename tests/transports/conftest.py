"""Each run of the transports' suite is compared with the record that the documentation shows, or writes it."""

import os
from collections.abc import Generator

import pytest

from tests.transports.conformance import RECORDS, difference, read_record, result_of, way_of, write


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Fail a test of the suite whose result is another than the documentation says."""
    report = yield
    if not (way := way_of(item)):
        return report
    result = result_of(report)
    if RECORDS in os.environ:
        if result:
            write({way: {item.name: result}})
    elif said := difference(way, item.name, result, read_record()):
        report.outcome, report.longrepr = "failed", said
    return report
