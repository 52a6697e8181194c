"""Reading what came in piece by piece: one that cannot be read is left out and named in the log, and the others come in."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from flask_chatbot.core.logs import get_logger
from flask_chatbot.errors import BadPayload, TransportError

MOST_KINDS = 5  # that a line of the log names
KIND_LETTERS = 80

T = TypeVar("T")

log = get_logger(__name__)


def apart(what: str, read: Callable[[], Iterable[T]]) -> Iterator[T | str]:
    """Yield what one piece holds, or the kind of what is left out if it cannot be read, whatever is wrong with it.

    A `TransportError` goes on: somebody had to be asked, and may answer later.

    >>> list(apart("status", lambda: [int("5")])), list(apart("status", lambda: [int("x")]))
    ([5], ['unreadable status (ValueError)'])
    """
    try:
        yield from list(read())
    except (TransportError, BadPayload):
        raise
    except Exception as error:  # noqa: BLE001  a piece that trips up its reader must not hold up the others
        yield f"unreadable {what} ({type(error).__name__})"


def pieces(what: str, given: object, read: Callable[[dict[str, object]], Iterable[T]]) -> Iterator[T | str]:
    """Yield what each object of a list holds, and the kind of each piece that is left out; nothing where there is no list at all."""
    listed = given if isinstance(given, list) else [] if given is None else [given]
    for each in listed:
        if isinstance(each, dict) and listed is given:
            yield from apart(what, lambda each=each: read(each))  # type: ignore[misc]
        else:
            yield f"unreadable {what} (no {'object' if listed is given else 'list'})"


def log_left_out(line: str, kinds: Sequence[str]) -> None:
    """Warn of what was left out, by its kinds."""
    if kinds:
        counts = Counter(kind[:KIND_LETTERS] for kind in kinds).most_common(MOST_KINDS)
        log.warning("line %s: left out %s", line, ", ".join(f"{count} of kind {kind!r}" for kind, count in counts))
