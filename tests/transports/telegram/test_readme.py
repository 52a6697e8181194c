"""The README's way to a real phone, whole: its line is run, and the example answers at an emulated Telegram."""

import shlex
from pathlib import Path

import pytest

from flask_chatbot.testing.transports.whole_apps import wait_for
from tests.test_example import Server
from tests.transports.telegram.bot_api import TOKEN
from tests.transports.telegram.world import TelegramWorld

README = Path(__file__).parents[3] / "README.md"


def line_of_readme() -> tuple[dict[str, str], list[str]]:
    """The variables and the command of the README's line."""
    (line,) = [line for line in README.read_text("utf-8").splitlines() if line.startswith("CHATBOT_TRANSPORT=telegram ")]
    words = shlex.split(line)
    command = next(place for place, word in enumerate(words) if "=" not in word)
    return dict(word.split("=", 1) for word in words[:command]), words[command:]


@pytest.mark.process
def test_the_readmes_line_answers_at_telegram(tmp_path: Path) -> None:
    variables, command = line_of_readme()
    assert command == [".venv/bin/flask", "--app", "example_bot", "run"]  # which a `Server` runs
    assert variables == {"CHATBOT_TRANSPORT": "telegram", "CHATBOT_TELEGRAM_TOKEN": TOKEN}
    world = TelegramWorld()
    own = {"CHATBOT_TELEGRAM_URL": world.api.url, "CHATBOT_DATABASE_URL": f"sqlite:///{tmp_path}/shop.sqlite"}
    server = Server(**variables, **own)
    try:
        for written, answers in (("/start", 1), ("halo", 2)):
            world.writes(written)
            wait_for(lambda answers=answers: len(world.api.arrived) >= answers)  # type: ignore[misc]
    finally:
        printed = server.stop()
        world.close()
    started, greeting = [values for _, values in world.api.arrived]
    assert len(started["reply_markup"]["inline_keyboard"]) > 3
    assert "Budi" in greeting["text"]
    assert TOKEN not in "\n".join(printed)
