"""The setting of a broker for Celery: its URL, or a map of Celery's settings."""

from collections.abc import Mapping
from types import MappingProxyType
from urllib.parse import urlsplit

from flask_chatbot.core.translation.translatable import tr
from flask_chatbot.settings.readers import kind_of

URL = "broker_url"
EXAMPLES = "amqp://user:password@host:5672/name or redis://:password@host:6379/0"
_SCHEMES = ("amqp", "amqps", "pyamqp", "redis", "rediss", "redis+socket", "sentinel")


def read_celery(value: object) -> Mapping[str, object]:
    """Read the URL of a broker, or a map of Celery's settings with one; return that map. Errors show nothing of a URL but its scheme.

    >>> dict(read_celery(" redis://127.0.0.1/1 "))
    {'broker_url': 'redis://127.0.0.1/1'}
    """
    given = {URL: value} if isinstance(value, str) else value
    if not isinstance(given, Mapping) or not all(isinstance(key, str) for key in given):
        raise ValueError(
            tr(
                "it is {value}. Write a broker's URL, {examples}, or a map of Celery's settings.",
                value=kind_of(value),
                examples=EXAMPLES,
            )
        )
    url = given.get(URL)
    if not isinstance(url, str) or not url.strip():
        raise ValueError(tr("it has no 'broker_url'. Add the URL of a broker: {examples}.", examples=EXAMPLES))
    if problem := _problem(url.strip()):
        raise ValueError(problem)
    return MappingProxyType({**given, URL: url.strip()})


def _problem(urls: str) -> str:
    """The fault of the URL of a broker, or of several between semicolons; empty if there is none."""
    for url in urls.split(";"):
        try:
            parts = urlsplit(url.strip())
            _ = parts.port
        except ValueError:
            return tr("it is not a broker's URL. Write {examples}.", examples=EXAMPLES)
        if parts.scheme not in _SCHEMES:
            if "://" not in url:
                return tr("it is not a broker's URL. Write {examples}.", examples=EXAMPLES)
            return tr("{scheme!r} is not a supported broker. Write {examples}.", scheme=parts.scheme, examples=EXAMPLES)
        if not (parts.hostname or parts.scheme == "redis+socket"):
            return tr("it names no host. Write {examples}.", examples=EXAMPLES)
    return ""
