"""The JSON of calls that pause people, and move rows. Pure."""

from collections.abc import Mapping
from datetime import timedelta

from flask_chatbot.core.language.durations import read_duration
from flask_chatbot.core.translation.translatable import reason_of, tr
from flask_chatbot.errors import BadPayload
from flask_chatbot.wire.calls import DEFAULT_PAUSE
from flask_chatbot.wire.webhook import kind_in_json


def read_length(body: Mapping[str, object]) -> timedelta:
    """Read the length of a pause: 2 hours if the body does not say. Raises `BadPayload` naming a wrong field.

    >>> read_length({"duration": "30 menit"})
    datetime.timedelta(seconds=1800)
    """
    written = body.get("duration")
    if written in (None, ""):
        return read_duration(DEFAULT_PAUSE)
    if type(written) is not str:
        raise BadPayload(tr("'duration' is {kind}. Send a string such as '2 hours' or '30 menit'.", kind=kind_in_json(written)))
    try:
        return read_duration(written)
    except ValueError as error:
        raise BadPayload(tr("'duration': {error}", error=reason_of(error))) from None


def read_wanted_state(body: Mapping[str, object]) -> str:
    """Read the state that a row is to come into. Raises `BadPayload` naming a wrong field.

    >>> read_wanted_state({"state": "siap diambil"})
    'siap diambil'
    """
    written = body.get("state")
    if type(written) is not str or not written.strip():
        raise BadPayload(tr("'state' is {kind}. Send the state as a string, such as 'siap diambil'.", kind=kind_in_json(written)))
    return written
