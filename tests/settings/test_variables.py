"""What rule files take from the environment."""

from pathlib import Path

import pytest

from flask_chatbot import Chatbot, RulesError
from flask_chatbot.bot.handlers import Handlers
from flask_chatbot.core.loading.loader import read_rules
from tests.bots import app_of
from tests.core.books import load

RULES = """\
version: 1
rules:
  - keyword: halo
    forward: {url: "https://${CRM_HOST}/hook", webhookkey: "${CRM_KEY}"}
"""
UNSET = "'forward' takes {} from the environment, where it is not set. Set it, or write the value."


def test_an_app_does_not_start_on_rules_whose_variables_are_not_set(tmp_path: Path) -> None:
    with pytest.raises(RulesError) as caught:
        app_of(tmp_path, RULES, Chatbot())
    assert [problem.message for problem in caught.value.problems] == [UNSET.format("CRM_HOST"), UNSET.format("CRM_KEY")]
    assert [problem.mark.line for problem in caught.value.problems] == [3, 3]


def test_an_empty_variable_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRM_HOST", "crm.example.com")
    monkeypatch.setenv("CRM_KEY", "")
    loaded = read_rules(load(tmp_path, RULES).files[0], Handlers().additions)
    assert [problem.message for problem in loaded.problems] == [UNSET.format("CRM_KEY")]


def test_without_the_app_rules_are_right_whatever_the_environment_holds(tmp_path: Path) -> None:
    assert [rule.name for rule in load(tmp_path, RULES).rules] == ["halo"]
