"""The steps of linking the bot's phone: a code to type, the passkey that may be asked for, and logging out. Role edit."""

from collections.abc import Callable

from flask import Response

from flask_chatbot.console.linking.connection import show_connection
from flask_chatbot.console.routing import route
from flask_chatbot.console.visits import Visit
from flask_chatbot.core.language.numbers import normalize_phone
from flask_chatbot.core.translation.translatable import reason_of, tr
from flask_chatbot.delivery.transport_proxy import TransportProxy
from flask_chatbot.errors import TransportError


@route("connection/pair/*", role="edit", method="POST")
def pair(visit: Visit) -> Response:
    """Ask for the code to type on the phone of a number."""
    try:
        number = normalize_phone(visit.form.get("number", ""), visit.console.bots.own.book.locale.country)
    except ValueError as error:
        return show_connection(visit, 422, problem=visit.translated(reason_of(error)))
    codes: list[str] = []
    return _step(visit, "pairing code asked for", lambda proxy: codes.append(proxy.pair(number)), codes)


@route("connection/passkey/*", role="edit", method="POST")
def answer_passkey(visit: Visit) -> Response:
    """Hand over the answer of a passkey."""
    return _step(visit, "passkey answered", lambda proxy: proxy.answer_passkey(visit.form.get("credential", "").strip()))


@route("connection/confirm/*", role="edit", method="POST")
def confirm_passkey(visit: Visit) -> Response:
    """Confirm that the code is the one on the phone."""
    return _step(visit, "passkey confirmed", lambda proxy: proxy.confirm_passkey())


@route("connection/logout/*", role="edit", method="POST")
def log_out(visit: Visit) -> Response:
    """Log the bot out of WhatsApp, once that was asked again."""
    if visit.form.get("sure") != "yes":
        return show_connection(visit, asks_about=visit.about)
    return _step(visit, "logged out of WhatsApp", lambda proxy: proxy.log_out())


def _step(visit: Visit, action: str, take: Callable[[TransportProxy], object], codes: list[str] | None = None) -> Response:
    """Take a step with the line that the page is about, and show what came of it."""
    lines = visit.console.lines()
    gateway = None if lines is None else lines.of(visit.about)
    if gateway is None:
        return show_connection(visit, 404, problem=visit.translated(tr("There is no line of this name.")))
    try:
        take(gateway.proxy)
    except TransportError as error:
        return show_connection(visit, 422, problem=visit.translated(reason_of(error)))
    visit.record(action, visit.about)
    visit.console.watch(gateway).forget()
    return show_connection(visit, code=codes[0], code_of=visit.about) if codes else visit.go("/connection")
