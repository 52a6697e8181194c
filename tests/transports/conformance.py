"""The record of the suite that every transport passes: which test each passed, or why it was left out.

`python -m tools.conformance` runs the suite and writes the record, from which the documentation makes its table. Every other run compares:
what has another result than the record says, fails.
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from flask_chatbot.testing.transports import TransportSuite

RECORD = Path(__file__).parents[2] / "docs/_ext/conformance.json"
RECORDS = "RECORD_CONFORMANCE"  # an environment variable: the file that this run writes its results to, and compares nothing
PASSED = "passed"
# The ways that the table has, by the classes that run the suite.
WAYS: Mapping[str, str] = {
    "TestSimulator": "simulator",
    "TestHosted": "hosted",
    "TestCloud": "cloud",
    "TestWaha": "waha",
    "TestGowa": "gowa",
    "TestPolling": "telegram",
    "TestWebhook": "telegram, webhook",
}
Results = Mapping[str, Mapping[str, str]]  # by way and test: "passed", or why it was left out


def way_of(item: pytest.Item) -> str:
    """The way that a test is about; empty if it is none of the suite's."""
    kind = getattr(item, "cls", None)
    return WAYS.get(kind.__name__, "") if kind is not None and issubclass(kind, TransportSuite) else ""


def result_of(report: pytest.TestReport) -> str:
    """The result of a test, or of its setup: empty if that went well, and the test is still to come."""
    if report.skipped:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        return reason.removeprefix("Skipped: ")
    if report.when == "call":
        return PASSED if report.passed else "failed"
    return ""


def read_record() -> Results:
    """The results as they were recorded last."""
    found: Results = json.loads(RECORD.read_text("utf-8"))
    return found


def difference(way: str, test: str, result: str, record: Results) -> str:
    """A sentence if a test has another result than the record says; else empty."""
    known = record.get(way, {}).get(test, "nothing")
    if result in ("", "failed") or result == known:
        return ""
    return f"{RECORD.name} says {known!r} of {test} by {way}, and now it is {result!r}. Run python -m tools.conformance."


def write(results: Results) -> None:
    """Add results to the file that this run writes."""
    path = Path(os.environ[RECORDS])
    known = json.loads(path.read_text("utf-8")) if path.exists() else {}
    merged = {way: dict(sorted({**known.get(way, {}), **results.get(way, {})}.items())) for way in WAYS.values()}
    path.write_text(json.dumps(merged, indent=1, ensure_ascii=False) + "\n", "utf-8")
