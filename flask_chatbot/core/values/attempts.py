"""`Attempt`: one try of a callback, and how a row of the database keeps all of them as one text."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

ERROR_LIMIT = 200  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One try: when its outcome was known, in epoch seconds, the HTTP status, 0 if nothing answered, and the error, empty if it arrived."""

    at: float
    status: int = 0
    error: str = ""

    def line(self) -> str:
        r"""The try as a line of its own, to be put behind those before it.

        >>> Attempt(at=12.5, status=503, error="It answered\n503.").line()
        '12.500 503 It answered 503.\n'
        """
        return f"{self.at:.3f} {self.status} {' '.join(self.error.split())[:ERROR_LIMIT]}\n"


def read_attempts(text: str) -> Iterator[Attempt]:
    r"""Yield the tries in such lines; those that another version wrote otherwise are left out.

    >>> list(read_attempts("12.500 503 It answered 503.\n20.000 200 \nx\n"))
    [Attempt(at=12.5, status=503, error='It answered 503.'), Attempt(at=20.0, status=200, error='')]
    """
    for line in text.splitlines():
        at, _, rest = line.partition(" ")
        status, _, error = rest.partition(" ")
        with suppress(ValueError):
            yield Attempt(at=float(at), status=int(status), error=error)
