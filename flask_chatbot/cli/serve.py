"""`run`: serves a rule file that has no app."""

import json
import shlex
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import click
from flask import Flask
from flask.cli import ScriptInfo

from flask_chatbot.cli.app import DEFAULT_FILE, begin, rules_file
from flask_chatbot.cli.reports import counted
from flask_chatbot.cli.standalone import is_keyless, standalone_app
from flask_chatbot.cli.terminal import echo
from flask_chatbot.core.loading.loader import short_path
from flask_chatbot.transports.registry import TRANSPORTS

if TYPE_CHECKING:
    from flask_chatbot.bot.bot import Bot
    from flask_chatbot.settings.settings import Settings

Announce = Callable[[int], None]  # called with the port, once the server listens


@click.command("run")
@click.option(
    "--rules", "path", type=click.Path(path_type=Path), help="The rule file. Without it: CHATBOT_RULES, else rules.yaml in this folder."
)
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at; 0.0.0.0 for all of this machine.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=5000, show_default=True, help="The port to listen at; 0 for any that is free."
)
@click.option(
    "--server",
    type=click.Choice(["development", "waitress"]),
    default="development",
    show_default=True,
    help="waitress is fit for customers, once it is installed.",
)
@click.pass_context
def run_(context: click.Context, path: Path | None, host: str, port: int, server: str) -> None:
    """Serve the rules of this folder to the platform, without an app of your own, until Ctrl+C.

    All is configured by environment variables. Without CHATBOT_WEBHOOK_KEY, a key is made and printed, for as long as this runs. Where you
    have an app with handlers, use `flask run` instead.

    \b
    flask chatbot run
    flask chatbot run --server waitress --port 8000

    Exit codes: 0 it was ended, 1 the rules or the configuration cannot be used, 2 a wrong option.
    """
    if path is None and has_app(context):
        raise click.UsageError(
            f"There is an app here, whose handlers would not run. Use `flask run`, or name the rules: --rules {DEFAULT_FILE}"
        )
    if server == "waitress" and is_keyless():
        raise click.ClickException("a key that changes with each start is no use to the platform. Set CHATBOT_WEBHOOK_KEY for waitress.")
    app = make_served_app(rules_file(path))
    bot: Bot = app.extensions["chatbot"].bot

    def announce(port: int) -> None:
        for line in announcement(f"http://{reachable(host)}:{port}", bot):
            echo(line)
        threading.Thread(target=tell_connections, args=[app], name="chatbot-tell", daemon=True).start()

    SERVERS[server](app, host, port, announce)


def has_app(context: click.Context) -> bool:
    """True if this folder has an app, or one is named."""
    info = context.find_object(ScriptInfo)
    return bool(info and info.app_import_path) or any(Path(name).is_file() for name in ("wsgi.py", "app.py"))


def make_served_app(path: Path) -> Flask:
    """The app of a rule file, created as one that is about to be served; `click.ClickException` if a rule needs a handler."""
    app = standalone_app(path)
    begin(app)
    return app


def serve_in_development(app: Flask, host: str, port: int, announce: Announce) -> None:
    """Serve an app with Flask's own server."""
    from werkzeug.serving import WSGIRequestHandler, make_server

    class Handler(WSGIRequestHandler):
        """One whose log has no query: it may hold a token, as Meta's does."""

        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
            self.path = self.path.partition("?")[0]
            super().log_request(code, size)

    server = make_server(host, port, app, threaded=True, request_handler=Handler)
    announce(server.port)
    echo("This server is for development. For customers: flask chatbot run --server waitress", err=True)
    server.serve_forever()


def serve_by_waitress(app: Flask, host: str, port: int, announce: Announce) -> None:
    """Serve an app with waitress."""
    try:
        waitress = import_module("waitress.server")
    except ModuleNotFoundError:
        raise click.ClickException("waitress is not installed. Install it: pip install waitress") from None
    try:
        server = waitress.create_server(app, host=host, port=port, threads=8)
    except OSError as error:
        raise click.ClickException(f"port {port} of {host} cannot be listened at: {error.strerror}. Name another: --port") from None
    announce(server.effective_port)
    server.run()


SERVERS: dict[str, Callable[[Flask, str, int, Announce], None]] = {"development": serve_in_development, "waitress": serve_by_waitress}


def announcement(base: str, bot: "Bot") -> Iterator[str]:
    """The lines that say where a bot is served, and how to write to it."""
    settings = bot.settings
    yield f"{short_path(bot.path)}: {counted(len(bot.book.rules), 'rule')}. Changes of it are taken while this runs. Ctrl+C ends it."
    if settings.webhook_keys:
        key = settings.webhook_keys[0].key.decode()
        made = "made for now; set CHATBOT_WEBHOOK_KEY to keep one" if is_keyless() else "by CHATBOT_WEBHOOK_KEY"
        yield f"webhook     {base}{settings.prefix}/webhook"
        for each in settings.webhook_keys:
            yield f"webhookkey  {each.key.decode()} ({made}{f', of {each.name}' if each.name else ''})"
        yield "To write to it as the platform does, paste this into another terminal:"
        yield curl(f"{base}{settings.prefix}/webhook", first_text(bot), key)
    if settings.api_keys:
        yield f"API         {base}{settings.prefix}/api"
    for name, line in (settings.lines or {str(settings.transport): settings}).items():
        yield from addresses(name, line)


def addresses(name: str, settings: "Settings") -> Iterator[str]:
    """The address that is to be entered at the other side of a line, if that calls the bot."""
    chosen = TRANSPORTS[settings.transport] if isinstance(settings.transport, str) else None
    if chosen is None or "CHATBOT_PUBLIC_URL" not in chosen.needs:
        return
    way = "webhook" if chosen.sends_only else f"in/{name}"
    yield f"{name:<11} {settings.public_url}{settings.prefix}/{way} (the other side calls this: enter it there as the webhook)"


def tell_connections(app: Flask) -> None:
    """Print of each line how its other side is: connected and as whom, else the way out. It may take a while to answer."""
    from flask_chatbot.cli.lines.overview import state_over_http

    with app.app_context():
        for gateway in app.extensions["chatbot"].lines or ():
            if state := state_over_http(gateway):
                echo(f"{gateway.transport.name:<11} {' '.join(filter(None, state))}")


def reachable(host: str) -> str:
    """The host to call for an address that a server listens on, as a URL has it.

    >>> reachable("0.0.0.0"), reachable("192.0.2.7"), reachable("::1")
    ('127.0.0.1', '192.0.2.7', '[::1]')
    """
    if host in ("", "0.0.0.0", "::"):  # noqa: S104  it is compared, not listened at
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host


def first_text(bot: "Bot") -> str:
    """A text that the rules answer."""
    keywords = [keyword.written for rule in bot.book.rules for keyword in rule.keywords]
    return keywords[0] if keywords else "halo"


def curl(url: str, text: str, key: str) -> str:
    """A one-line command that sends a text to a webhook."""
    body = json.dumps({"keyword": text, "data": [], "webhookkey": key, "from": "6281234567890"}, ensure_ascii=False)
    command = ["curl", url, "-H", "Content-Type: application/json", "-d", body]
    return subprocess.list2cmdline(command) if sys.platform == "win32" else shlex.join(command)
