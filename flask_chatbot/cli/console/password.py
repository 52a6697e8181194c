"""``flask chatbot console-password``: the hash that CHATBOT_CONSOLE_PASSWORD takes."""

import json

import click
from werkzeug.security import generate_password_hash

from flask_chatbot.cli.terminal import echo
from flask_chatbot.errors import ChatbotError
from flask_chatbot.settings.accounts import ROLES

SHORTEST = 8  # characters


@click.command("console-password")
@click.option("--name", default="", help="The name of a person, where several have passwords of their own.")
@click.option("--role", type=click.Choice(ROLES), default="edit", show_default=True, help="With --name: what that person may do.")
@click.password_option(prompt="Password of the console", help="The password. Without it, you are asked, and it is not shown.")
def console_password(name: str, role: str, password: str) -> None:
    """Print the hash of a password, for CHATBOT_CONSOLE_PASSWORD; with --name, the entry of that person.

    Keep the hash where the other keys are: whoever has it may try passwords at leisure.

    \b
    flask chatbot console-password
    flask chatbot console-password --name ani --role answer

    Exit codes: 0 printed, 1 the password is too short, 2 a wrong option.
    """
    if len(password) < SHORTEST:
        raise ChatbotError(f"The password has {len(password)} characters. Take at least {SHORTEST}, such as three or four words.")
    hashed = generate_password_hash(password)
    echo(json.dumps({name: {"role": role, "password": hashed}}) if name else hashed)
