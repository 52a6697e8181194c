"""What the author of a transport imports: all of it from one place, documented, and cheap."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

import flask_chatbot
from flask_chatbot import transports
from flask_chatbot.transports import simulator

API = Path(flask_chatbot.__file__).parents[1] / "docs" / "api.md"


def test_every_public_name_is_there() -> None:
    assert [name for name in transports.__all__ if not hasattr(transports, name)] == []
    assert transports.Simulator is simulator.Simulator


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match=r"^module 'flask_chatbot\.transports' has no attribute 'Simulatr'$"):
        _ = transports.Simulatr


def test_every_public_name_is_documented_under_the_place_it_is_imported_from() -> None:
    documented = set(re.findall(r"^\.\. auto\w+:: flask_chatbot\.(?:transports\.)?(\w+)$", API.read_text("utf-8"), re.MULTILINE))
    assert sorted(set(transports.__all__) - documented - {"MediaKind", "MessageKind"}) == []


@pytest.mark.process
def test_a_bot_that_sends_nothing_does_not_load_the_simulator() -> None:
    code = "import sys, flask_chatbot; print('flask_chatbot.transports.simulator' in sys.modules)"
    assert subprocess.check_output([sys.executable, "-c", code], text=True) == "False\n"
