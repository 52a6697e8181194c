"""Look-ups: what a hit in a large CSV file costs beside a rule without one, and finding a saved row beside a bare query."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from itertools import count, cycle, islice
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import perf_counter

from sqlalchemy import insert, select

from benchmarks.profile import sampled, sampled_in_folder
from benchmarks.tables import Row, Say, seconds
from benchmarks.timing import Work, done, in_turn
from flask_chatbot.core.conversation.memory import NO_MEMORY
from flask_chatbot.core.deciding.engine import decide
from flask_chatbot.core.loading.loader import load_rules
from flask_chatbot.core.lookups.row_keys import key_of
from flask_chatbot.core.values.messages import Message, Sender
from flask_chatbot.database.database import Database
from flask_chatbot.database.saved_tables import saved, saved_keys
from flask_chatbot.store import people
from flask_chatbot.store.rows.finding import find_rows

LINES, ROWS, AT_ONCE = 100_000, 1_000_000, 50_000
MORE_AT_MOST = 20e-6  # seconds
TIMES_AT_MOST = 5.0  # of a bare query by the primary key, which joins nothing and reads one row
RULES = """\
version: 1
tables: {harga: harga.csv}
rules:
  - {keyword: "ada#", fields: [kode], find: {in: harga, by: kode}, not_found: x, reply: "{{ found.nama }} {{ found.harga }}"}
  - {keyword: "tanpa#", fields: [kode], reply: "{{ kode }} {{ kode }}"}
"""
BUDI = Sender(number="6281234567890")


def run(say: Say, quick: bool = False) -> list[Row]:
    """The figures of promises."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        return [in_file(folder, LINES // (10 if quick else 1), 3 if quick else 15), in_store(say, folder, ROWS // (50 if quick else 1))]


def in_file(folder: Path, lines: int, rounds: int) -> Row:
    """The time that a hit among many lines adds to a decision."""
    costs = in_turn(works_in(folder, lines), rounds)
    found, without = min(costs["found"]), min(costs["without"])  # the rounds that other work on the machine has slowed least
    what = f"a hit among {lines:,} lines of a CSV file: what it adds, beside the 20 us it may"

    def profile() -> str:
        return sampled_in_folder(lambda new: works_in(new, lines)["found"])

    return Row(what, seconds(found - without), seconds(MORE_AT_MOST), (found - without) / MORE_AT_MOST, 1.0, profile=profile)


def works_in(folder: Path, lines: int) -> dict[str, Work]:
    """Decisions that find a line of a file, and decisions like them that look nothing up."""
    (folder / "rules.yaml").write_text(RULES, "utf-8")
    sheet = "".join(f"K{number:06};Barang {number};{number * 10};{number % 7}\n" for number in range(lines))
    (folder / "harga.csv").write_text(f"kode;nama;harga;stok\n{sheet}", "utf-8")
    book, random, now = load_rules(folder / "rules.yaml"), Random(1), datetime.now(UTC)

    def deciding(word: str) -> Work:
        texts = cycle([Message(text=f"{word}#k{number * 7919 % lines:06}", sender=BUDI) for number in range(5_000)])
        return lambda: len([decide(book, each, NO_MEMORY, now, random).replies for each in islice(texts, 2_000)])

    return {"found": deciding("ada"), "without": deciding("tanpa")}


def in_store(say: Say, folder: Path, rows: int) -> Row:
    """The 99th percentile of finding a row by its sender and a field, beside a query by the primary key."""
    with stored(folder, rows) as database:
        say(f"{rows:,} saved rows are there.")
        numbers = count(1)
        find = partial(found_in, database, rows, numbers)

        def bare() -> object:
            number = next(numbers) * 7919 % rows + 1
            with database.reading() as connection:
                return connection.execute(select(saved).where(saved.c.name == "pesanan", saved.c.number == number)).all()

        ours, other = p99_of(find, bare)
    what = f"finding one of {rows:,} saved rows, p99, beside a bare query"
    return Row(what, seconds(ours), seconds(other), ours / other, TIMES_AT_MOST, profile=partial(profile_of_store, rows))


def profile_of_store(rows: int) -> str:
    """Where the time of finding a saved row goes, that of the disk included."""
    with TemporaryDirectory() as name, stored(Path(name), rows) as database:
        numbers = count(1)
        return sampled(lambda: done(lambda _: found_in(database, rows, numbers), range(100)), "a row", by_clock=True)


def found_in(database: Database, rows: int, numbers: Iterator[int]) -> object:
    """Find one of the saved rows, another each time."""
    number = next(numbers) * 7919 % rows + 1
    with database.reading() as connection:
        return find_rows(connection, "pesanan", {"resi": f"R{number}"}, BUDI.number)


@contextmanager
def stored(folder: Path, rows: int) -> Iterator[Database]:
    """A database with so many saved rows of one customer."""
    database = Database(None, folder)
    try:
        fill(database, rows)
        yield database
    finally:
        database.close()


def fill(database: Database, rows: int) -> None:
    """Save many rows of one customer."""
    with database.writing() as connection:
        person = people.get(connection, BUDI.number, 0.0)
    row = {"name": "pesanan", "sender": BUDI.number, "person": person, "sender_name": "Budi", "at": 0.0, "state": None}
    for start in range(1, rows + 1, AT_ONCE):
        some = range(start, min(start + AT_ONCE, rows + 1))
        with database.writing() as connection:
            connection.execute(insert(saved), [{**row, "number": number, "fields": f'{{"resi":"R{number}"}}'} for number in some])
            keys = [{"key": key_of("pesanan", "resi", f"R{number}"), "number": number, "person": person} for number in some]
            connection.execute(insert(saved_keys), keys)


def p99_of(*works: Callable[[], object], times: int = 5_000) -> list[float]:
    """The 99th percentile of the seconds that each of some calls takes, made in turn, so that other work on the machine slows all alike."""
    spent: list[list[float]] = [[] for _ in works]
    for _ in range(times):
        for work, taken in zip(works, spent, strict=True):
            begun = perf_counter()
            work()
            taken.append(perf_counter() - begun)
    return [sorted(taken)[times * 99 // 100] for taken in spent]
