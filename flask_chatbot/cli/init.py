"""`init`: writes a first rule file."""

from importlib.resources import files
from pathlib import Path

import click
from click.core import ParameterSource

from flask_chatbot.cli.app import DEFAULT_FILE
from flask_chatbot.cli.reports import columns
from flask_chatbot.cli.terminal import echo, said, speak
from flask_chatbot.core.language.words import LANGUAGES
from flask_chatbot.core.loading.loader import short_path
from flask_chatbot.core.translation.translatable import system_reason, tr


@click.command()
@click.argument("file", type=click.Path(path_type=Path), default=DEFAULT_FILE, required=False)
@click.option(
    "--language", type=click.Choice(LANGUAGES), default="id", show_default=True, help="The language of the bot: Indonesian or English."
)
def init(file: Path, language: str) -> None:
    """Write a first FILE, rules.yaml if none is named: a small shop's rules with tests, to be changed into your own.

    A file that is there already is left alone.

    \b
    flask chatbot init
    flask chatbot init --language en

    Exit codes: 0 it is written, 1 it is there already or cannot be written, 2 a wrong option.
    """
    is_asked = click.get_current_context().get_parameter_source("language") is ParameterSource.COMMANDLINE
    speak(asked=language if is_asked else "", written=language)
    first = files("flask_chatbot.cli").joinpath("first_rules", f"{language}.yaml").read_bytes()
    try:
        with file.open("xb") as opened:
            opened.write(first)
    except FileExistsError:
        raise click.ClickException(
            tr("{file} already exists, and is left unchanged. Name another: flask chatbot init FILE", file=file)
        ) from None
    except OSError as error:
        raise click.ClickException(
            tr("{file} cannot be written: {reason}. Name another: flask chatbot init FILE", file=file, reason=system_reason(error))
        ) from None
    named, option = ("", "") if file == DEFAULT_FILE else (f" {file}", f" --rules {file}")
    echo(tr("{file} is written. Fill in your shop's name, hours and answers, then:", file=short_path(file)))
    steps = [
        (f"check{named}", tr("find mistakes")),
        (f"chat{option}", tr("write to the bot as a customer")),
        (f"run{option}", tr("serve it to the platform")),
    ]
    for line in columns([(f"  flask chatbot {command}", said(purpose)) for command, purpose in steps]):
        echo(line)
