"""`BarChart`: bars above each other, with what SVG needs to draw them and what a table needs to say the same."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

WIDTH, HEIGHT = 640, 220  # of the drawing, in its own units
LEFT, TOP, BOTTOM = 44, 8, 24  # room for the numbers at the left and the words below
LABELS = 8  # below the bars, at most
LINES = 4  # behind the bars


@dataclass(frozen=True, slots=True, kw_only=True)
class BarChart:
    """A bar for each label, made of parts that lie on each other; `rows` has the numbers of each bar, one for each part."""

    name: str  # for its elements
    title: str
    heads: tuple[str, ...]  # of the table: of the labels, and of each part
    labels: tuple[str, ...]
    rows: Sequence[tuple[int, ...]]
    note: str = ""

    @property
    def is_empty(self) -> bool:
        """True if there is nothing to draw."""
        return not any(map(sum, self.rows))

    @property
    def top(self) -> int:
        """The number at the upper edge: the highest bar, rounded up to one that is easily read.

        >>> [BarChart(name="", title="", heads=(), labels=("",), rows=[(number,)]).top for number in (0, 3, 7, 12, 260, 1001)]
        [4, 4, 8, 20, 400, 2000]
        """
        highest, step = max((sum(row) for row in self.rows), default=0), 1
        while True:
            for times in (4, 8, 20):
                if highest <= times * step:
                    return times * step
            step *= 10

    def paths(self) -> Iterator[str]:
        """Yield the outlines of all rectangles of each part, as SVG writes them."""
        wide, high = (WIDTH - LEFT) / max(len(self.rows), 1), (HEIGHT - TOP - BOTTOM) / self.top
        floors, width = [float(HEIGHT - BOTTOM)] * len(self.rows), f"{wide * 0.8:.1f}"
        for part in range(len(self.heads) - 1):
            drawn = []
            for place, row in enumerate(self.rows):
                if row[part]:
                    floors[place] -= row[part] * high
                    drawn.append(f"M{LEFT + (place + 0.1) * wide:.1f} {floors[place]:.1f}h{width}v{row[part] * high:.1f}h-{width}z")
            yield "".join(drawn)

    def lines(self) -> Iterator[tuple[float, int]]:
        """Yield the height and the number of each line behind the bars."""
        top = self.top
        for each in range(LINES + 1):
            yield round(HEIGHT - BOTTOM - each / LINES * (HEIGHT - TOP - BOTTOM), 1), top * each // LINES

    @property
    def drawing(self) -> Markup:
        """The elements of the drawing: the lines behind the bars with their numbers, the bars, and the words below."""
        lines = [
            f'<line x1="{LEFT}" x2="{WIDTH}" y1="{y}" y2="{y}"></line><text x="{LEFT - 6}" y="{y + 4}" class="count">{number:d}</text>'
            for y, number in self.lines()
        ]
        bars = [f'<path d="{path}" class="part{place}"></path>' for place, path in enumerate(self.paths())]
        words = [f'<text x="{x}" y="{HEIGHT - 6}" class="label">{escape(label)}</text>' for x, label in self.marks()]
        return Markup("".join([*lines, *bars, *words]))  # noqa: S704  labels are escaped, and all else is digits

    @property
    def body(self) -> Markup:
        """The rows of the table."""
        heads = [f'<th scope="row">{escape(label)}</th>' for label in self.labels]
        numbers = ["".join(f"<td>{number:d}</td>" for number in each) for each in self.rows]
        rows = "".join(f"<tr>{head}{cells}</tr>" for head, cells in zip(heads, numbers, strict=True))
        return Markup(rows)  # noqa: S704  labels are escaped, and all else is digits

    def marks(self) -> Iterator[tuple[float, str]]:
        """Yield the labels that there is room for, and where the middle of each is."""
        wide = (WIDTH - LEFT) / max(len(self.labels), 1)
        every = -(-len(self.labels) // LABELS) or 1
        for place in range(0, len(self.labels), every):
            yield round(LEFT + (place + 0.5) * wide, 1), self.labels[place]
