"""Log records have fields."""

import ast
import logging
from pathlib import Path

import pytest

import flask_chatbot
from flask_chatbot.core.logs import FIELDS, get_logger
from flask_chatbot.core.origins import Origin, belonging_to

PACKAGE = Path(flask_chatbot.__file__).parent
LEVELS = {"debug", "info", "warning", "error", "exception", "critical", "log"}


def fields_of(record: logging.LogRecord) -> dict[str, object]:
    return {name: value for name, value in vars(record).items() if name in FIELDS}


def test_what_a_sentence_names_is_a_field_of_its_record(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        facts = {"message_id": "3EB0A", "rule": None, "why": "It answered 503."}
        get_logger("flask_chatbot.tests").info("message %(message_id)s of rule %(rule)r waits: %(why)s", facts)
    (record,) = caplog.records
    assert record.getMessage() == "message 3EB0A of rule None waits: It answered 503."
    assert fields_of(record) == {"message_id": "3EB0A"}


def test_records_have_the_request_and_the_trace_that_the_work_belongs_to(caplog: pytest.LogCaptureFixture) -> None:
    origin = Origin("7b1c-42", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
    with belonging_to(origin):
        get_logger("flask_chatbot.tests").warning("it is late")
    get_logger("flask_chatbot.tests").warning("it is later")
    first, second = caplog.records
    assert fields_of(first) == {"request_id": "7b1c-42", "trace_id": "0af7651916cd43dd8448eb211c80319c"}
    assert fields_of(second) == {}


def test_a_record_that_names_a_request_belongs_to_that_one(caplog: pytest.LogCaptureFixture) -> None:
    with belonging_to(Origin("7b1c-42")):
        get_logger("flask_chatbot.tests").warning("message %(message_id)s waits", {"message_id": "3EB0A", "request_id": "8c2d-43"})
    assert fields_of(caplog.records[0]) == {"message_id": "3EB0A", "request_id": "8c2d-43"}


def calls(path: Path) -> list[ast.Attribute]:
    """What a module calls on its logger."""
    found = [each.func for each in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(each, ast.Call)]
    loggers = ("log", "logging", "logger")
    return [each for each in found if isinstance(each, ast.Attribute) and each.attr in LEVELS and ast.unparse(each.value) in loggers]


def test_every_module_logs_by_a_logger_whose_records_have_fields() -> None:
    modules = [each for each in PACKAGE.rglob("*.py") if "testing" not in each.parts]
    logging_ones = [each for each in modules if calls(each)]
    assert [each for each in logging_ones if "log = get_logger(__name__)" not in each.read_text(encoding="utf-8")] == []
    assert len(logging_ones) > 50
