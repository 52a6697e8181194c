"""The hash of the console's password, made at the terminal."""

import json

from click.testing import CliRunner
from werkzeug.security import check_password_hash

from flask_chatbot.cli.main import chatbot
from flask_chatbot.settings.accounts import read_accounts

PASSWORD = "empat kata yang panjang"


def test_the_hash_is_what_the_setting_takes_and_the_password_is_not_shown() -> None:
    made = CliRunner().invoke(chatbot, ["console-password"], input=f"{PASSWORD}\n{PASSWORD}\n")
    hashed = made.stdout.splitlines()[-1]
    (account,) = read_accounts(hashed)
    assert (made.exit_code, account.role, check_password_hash(account.hashed, PASSWORD)) == (0, "edit", True)
    assert PASSWORD not in made.output


def test_the_entry_of_a_person_is_what_the_setting_takes() -> None:
    made = CliRunner().invoke(chatbot, ["console-password", "--name", "ani", "--role", "look", "--password", PASSWORD])
    (account,) = read_accounts(json.loads(made.stdout))
    assert (account.name, account.role) == ("ani", "look")


def test_a_short_password_is_refused() -> None:
    made = CliRunner().invoke(chatbot, ["console-password", "--password", "rahasia"])
    assert (made.exit_code, "at least 8" in made.output) == (1, True)
