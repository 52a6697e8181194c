"""`Series`: numbers under one name, with labels, whatever monitoring reads them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeVar

Kind = Literal["gauge", "counter"]
Values = TypeVar("Values", bound=tuple[str, ...])  # of labels


@dataclass(frozen=True, slots=True)
class Series:
    """The numbers of one metric. Each sample is the values of the `labels`, in their order, and the number."""

    name: str
    kind: Kind
    help: str
    labels: tuple[str, ...]
    samples: tuple[tuple[tuple[str, ...], float], ...]

    def of_line(self, line: str) -> "Series":
        """The numbers of one line alone; none, where they are of no line.

        >>> both = Series("chatbot_callback_queue", "gauge", "", ("line",), ((("dumai",), 1.0), (("toko",), 2.0)))
        >>> both.of_line("toko").samples
        ((('toko',), 2.0),)
        """
        place = self.labels.index("line") if "line" in self.labels else None
        kept = () if place is None else tuple(each for each in self.samples if each[0][place] == line)
        return Series(self.name, self.kind, self.help, self.labels, kept)


@dataclass(frozen=True, slots=True)
class Histogram:
    """The times of one kind of thing, by line: how many took at most so many seconds, in rising order, and the sum of all in seconds."""

    name: str
    help: str
    lines: tuple[tuple[str, tuple[tuple[str, int], ...], float], ...]

    def of_line(self, line: str) -> "Histogram":
        """The times of one line alone."""
        return Histogram(self.name, self.help, tuple(each for each in self.lines if each[0] == line))


def gauge(name: str, help_: str, labels: Iterable[str], samples: Mapping[Values, float]) -> Series:
    """A metric that goes up and down, of samples by the values of their labels."""
    return Series(name, "gauge", help_, tuple(labels), tuple(samples.items()))


def counter(name: str, help_: str, labels: Iterable[str], samples: Mapping[Values, float]) -> Series:
    """A metric that only grows."""
    return Series(name, "counter", help_, tuple(labels), tuple(samples.items()))
