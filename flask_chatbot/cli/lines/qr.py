"""`qr`: the code that links the bot's phone, drawn in the terminal until it is scanned."""

import io
import sys
import time
from base64 import b64decode
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flask_chatbot.cli.lines.choosing import chosen_line, line_option, seconds
from flask_chatbot.cli.operator import find_deployment
from flask_chatbot.cli.terminal import Styled, echo
from flask_chatbot.core.late import sleep

if TYPE_CHECKING:
    from flask_chatbot.transports.base import Session

LOOK = 2.0  # seconds between two looks whether it was scanned
HOW = "On the phone: WhatsApp > Linked devices > Link a device, and point the camera here."
PICTURE = "open this picture in a browser: {link}\n" + HOW
_CLEAR = "\x1b[H\x1b[2J"


@click.command()
@line_option
@click.option("--png", "file", type=click.Path(path_type=Path, dir_okay=False), help="Write the code into this file, too.")
@click.option(
    "--wait", "patience", default="3 minutes", show_default=True, callback=seconds, metavar="DURATION", help="How long to wait for a scan."
)
@click.pass_context
def qr(context: click.Context, line: str, file: Path | None, patience: float) -> None:
    """Draw the QR code that links the bot's phone, and a new one whenever it changes, until it is scanned.

    The server or `flask chatbot worker` must be running where only one process may have the connection open. GOWA has its code as a picture
    only, whose address is shown. Cloud and Telegram need no code.

    \b
    flask --app shop chatbot qr
    flask --app shop chatbot qr --line grosir --png kode.png

    Exit codes: 0 the phone is linked, 1 it was not scanned in time, there is no code, or nobody answers, 2 a wrong option.
    """
    gateway = chosen_line(find_deployment(context), line)
    if not show_until_linked(gateway.proxy.to_scan, file, patience):
        echo(f"nobody scanned it within {patience:g} seconds", err=True)
        context.exit(1)


def show_until_linked(ask: "Callable[[], Session]", file: Path | None, patience: float, sleep: Callable[[float], object] = sleep) -> bool:
    """Draw each new code until the phone is linked; False if that takes longer than so many seconds."""
    deadline, shown = time.monotonic() + patience, None
    while True:
        session = ask()
        if session.is_authenticated:
            echo("linked" + "".join(f" {each}" for each in (session.number, session.name) if each))
            return True
        if (session.qrcode or session.qr_link) != shown:
            shown = session.qrcode or session.qr_link
            draw(session, file)
        if time.monotonic() >= deadline:
            return False
        sleep(LOOK)


def draw(session: "Session", file: Path | None) -> None:
    """Draw a code, over the last one where there is a terminal; the address of its picture, or a sentence, where there is no code yet."""
    code = session.qrcode
    if not code:
        echo(PICTURE.format(link=session.qr_link) if session.qr_link else "there is no code yet; waiting for it")
        if session.qr_picture and file is not None:
            file.write_bytes(b64decode(session.qr_picture))
            echo(f"written to {file}")
        elif session.qr_link and file is not None:
            echo(f"{file} is not written: this gateway shows its code as that picture only")
        return
    if sys.stdout.isatty():
        echo(Styled(_CLEAR), nl=False)
    echo(Styled(drawn(code)))
    if file is not None:
        write_png(code, file)
        echo(f"written to {file}")
    echo(HOW)


def drawn(code: str) -> str:
    """A QR code of half blocks, dark on light whatever the colours of the terminal are.

    >>> drawn("2@abc").splitlines()[1][:9]
    '██ ▄▄▄▄▄ '
    """
    import segno  # here, since few commands draw

    text = io.StringIO()
    segno.make(code, error="l", micro=False).terminal(text, border=2, compact=True)
    return text.getvalue().rstrip("\n")


def write_png(code: str, file: Path) -> None:
    """Write a QR code as a picture."""
    import segno

    segno.make(code, error="l", micro=False).save(str(file), kind="png", scale=8, border=4)
