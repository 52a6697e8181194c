"""`pair`: links the bot's phone by a code to type, and by the passkey that WhatsApp may ask for."""

import time
from typing import TYPE_CHECKING

import click

from flask_chatbot.cli.lines.choosing import LOOK, chosen_line, line_option, seconds
from flask_chatbot.cli.operator import find_deployment
from flask_chatbot.cli.terminal import echo
from flask_chatbot.core.language.numbers import normalize_phone
from flask_chatbot.errors import Refused
from flask_chatbot.transports.base import Passkey

if TYPE_CHECKING:
    from flask_chatbot.delivery.transport_proxy import TransportProxy

HOW = "On the phone: WhatsApp > Linked devices > Link a device > Link with phone number instead, and type: {code}"
LINKED = (
    "this line is linked already, as {phone}. To link another phone, log this one out first: on the phone under Linked devices, or on the "
    "console's page about the connection."
)
ASKS = """\
WhatsApp asks for the passkey of this number. In a browser that has it, open https://web.whatsapp.com, and in the console of the
developer tools (F12) run this line; then paste what it prints here.
"""
SNIPPET = (
    "navigator.credentials.get({{publicKey: PublicKeyCredential.parseRequestOptionsFromJSON({challenge})}})"
    ".then(found => console.log(JSON.stringify(found.toJSON())))"
)


@click.command()
@click.argument("number")
@line_option
@click.option(
    "--wait",
    "patience",
    default="3 minutes",
    show_default=True,
    callback=seconds,
    metavar="DURATION",
    help="How long to wait for the phone.",
)
@click.pass_context
def pair(context: click.Context, number: str, line: str, patience: float) -> None:
    """Link the bot's phone by a code that is typed there, in place of a QR code; NUMBER is that of the bot's phone.

    Where WhatsApp asks for the passkey of the number, the command says what to do. A phone that is linked is left alone.

    \b
    flask --app shop chatbot pair 6281234567890

    Exit codes: 0 the phone is linked, 1 it was not linked in time, another one is linked, this connection has no such code, or nobody
    answers, 2 a wrong number or option.
    """
    deployment = find_deployment(context)
    try:
        number = normalize_phone(number, deployment.bot.book.locale.country)
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    proxy = chosen_line(deployment, line).proxy
    if proxy.can("pair") and (session := proxy.session()).is_authenticated:
        if session.number == number:
            echo(f"{number} is linked already")
            return
        raise click.ClickException(LINKED.format(phone=" ".join(filter(None, (session.number, session.name))) or "another phone"))
    echo(HOW.format(code=proxy.pair(number)))
    if not wait_for_phone(proxy, patience):
        echo(f"the phone was not linked within {patience:g} seconds", err=True)
        context.exit(1)


def wait_for_phone(proxy: "TransportProxy", patience: float) -> bool:
    """Wait until the phone is linked, with the passkey that may be asked for; False if that takes longer than so many seconds."""
    deadline, done = time.monotonic() + patience, Passkey()
    while True:
        session = proxy.session()
        if session.is_authenticated:
            echo("linked" + "".join(f" {each}" for each in (session.number, session.name) if each))
            return True
        asked = passkey_of(proxy)
        if asked not in (Passkey(), done):
            done = asked
            take_passkey(proxy, asked)
            deadline = time.monotonic() + patience  # whoever types takes a while
        if time.monotonic() >= deadline:
            return False
        time.sleep(LOOK)


def passkey_of(proxy: "TransportProxy") -> Passkey:
    """The passkey that is asked for now; none of a connection without that step."""
    try:
        return proxy.passkey()
    except Refused:
        return Passkey()


def take_passkey(proxy: "TransportProxy", asked: Passkey) -> None:
    """Take the step that is asked for: the passkey's answer, again until it fits, or the comparison of its code."""
    if asked.challenge:
        echo(ASKS)
        echo(SNIPPET.format(challenge=asked.challenge))
        while True:
            try:
                proxy.answer_passkey(click.prompt("what it printed").strip())
                return
            except Refused as error:
                echo(str(error))
    if not click.confirm(f"Does the phone show {asked.code}?"):
        raise click.ClickException("then somebody else may be linking it. Nothing was confirmed; begin again.")
    proxy.confirm_passkey()
