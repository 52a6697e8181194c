"""The API and its description, held against each other by a tool that is none of ours."""

import re
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from schemathesis import GenerationMode
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi.checks import ignored_auth

from flask_chatbot.views.api import ENDPOINTS
from flask_chatbot.wire.calls import BY_ENDPOINT, FIELDS, TARGETS
from flask_chatbot.wire.openapi import describe
from tests.delivery.apps import API_KEY
from tests.examples import at_most

CASES = 2000  # of all operations together, where it takes long
OPERATIONS = [(path, method) for path, methods in describe("")["paths"].items() for method in methods]
URL = "/chatbot/api/openapi.json"

# What is a telephone number no pattern can say.
NUMBERS = st.from_regex(
    r"(?:\+|00)?62 ?81[123][ -]?[0-9]{4}[ -]?[0-9]{3,4}|081[123]-?[0-9]{4}-?[0-9]{3,4}", fullmatch=True, alphabet="+0123456789 -"
)
schemathesis.openapi.format("phone", NUMBERS)
# Nor which hosts may be called.
URLS = st.from_regex(r"https?://[a-z]{1,9}\.example\.com/[a-z]{0,9}\.(?:png|pdf)", fullmatch=True)
schemathesis.openapi.format("uri", URLS)


@pytest.fixture
def described(app: Flask) -> Any:
    """Its API, as Schemathesis reads the description."""
    config = SchemathesisConfig.from_dict({"generation": {"allow-x00": False}})  # NUL is refused, wherever it stands
    return schemathesis.openapi.from_wsgi(URL, app, config=config)


def converse(described: Any, path: str, method: str, cases: int) -> None:
    """Call an operation with what its description allows, and with what it does not; each answer must be one that is described."""
    operation = described[path][method]
    ways = [operation.as_strategy(generation_mode=mode) for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)]

    @settings(max_examples=cases, suppress_health_check=list(HealthCheck), deadline=None)
    @given(st.one_of(ways))
    def call(case: Any) -> None:
        # A wrong key is answered by 400, as the contract has it, where the tool wants a 401.
        case.call_and_validate(headers={"SecretKey": API_KEY}, excluded_checks=[ignored_auth])

    call()


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_calls_are_answered_as_the_description_says(described: Any, path: str, method: str) -> None:
    converse(described, path, method, at_most(12))


@pytest.mark.long
@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_two_thousand_calls_are_answered_as_the_description_says(described: Any, path: str, method: str) -> None:
    converse(described, path, method, CASES // len(OPERATIONS) + 1)


def test_the_description_is_valid_and_so_are_its_schemas_and_examples(described: Any) -> None:
    described.validate()
    for name, field in FIELDS.items():
        Draft202012Validator.check_schema(field)
        assert [example for example in field["examples"] if not Draft202012Validator(field).is_valid(example)] == [], name


def test_what_is_described_is_what_is_served(app: Flask) -> None:
    described = app.test_client().get(URL).json
    assert described == describe("/chatbot")
    served = {
        "/" + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", each.path): each.methods[0].lower() for each in ENDPOINTS.values() if not each.is_open
    }
    assert {path: method for path, methods in described["paths"].items() for method in methods} == served
    assert described["servers"] == [{"url": "/chatbot"}]


def test_the_description_is_told_without_a_key_and_names_none(app: Flask) -> None:
    answer = app.test_client().get(URL)
    assert (answer.status_code, answer.content_type, API_KEY.encode() in answer.data) == (200, "application/json", False)


def test_the_example_of_each_field_is_accepted(app: Flask) -> None:
    examples = {name: field["examples"][0] for name, field in FIELDS.items()}
    client = app.test_client()
    for name, send in BY_ENDPOINT.items():
        body = {field: examples[known] for field, known in {**send.needs, **send.takes}.items()}
        for target, instead in [(target, instead) for target in TARGETS for instead in {frozenset[str](), frozenset(send.instead.items())}]:
            body = {**body, **{field: examples[known] for field, known in instead}}
            answer = client.post(f"/chatbot/api/{name}", json={**body, target: examples[target]}, headers={"SecretKey": API_KEY})
            assert answer.status_code == 200, answer.data
