"""Worker processes that are killed without warning, and what is left of the messages they were sending."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from flask_chatbot.core.values.replies import Text
from flask_chatbot.database.database import Database
from flask_chatbot.store import stored
from flask_chatbot.store.outgoing import new_messages
from flask_chatbot.store.outgoing.new_messages import NewMessage
from tests.faults.journal import SLOW, read_journal

ROOT = Path(__file__).parent.parent.parent
LEASE = 1.5  # seconds
PATIENCE = 300.0  # seconds


@dataclass
class Crowd:
    """Workers of one database, each a process of its own."""

    url: str
    journal: Path
    killers: Sequence[str] = ()
    ahead: float = 0.0  # seconds, of the clock of whoever is started next
    slow: float = SLOW  # of the sends of whoever is started next
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)
    killed: int = 0

    def start(self) -> None:
        """Start one more."""
        of_member = [self.url, self.journal, LEASE, self.ahead, self.slow, *self.killers]
        command = [sys.executable, "-m", "tests.faults.member", *map(str, of_member)]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        self.processes.append(subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE))

    def kill(self, random: Random) -> None:
        """End one of them with SIGKILL, in the middle of whatever it does, and start another."""
        victim = self.processes.pop(random.randrange(len(self.processes)))
        victim.kill()
        bury(victim)
        self.killed += 1
        self.start()

    def restart(self) -> int:
        """Replace those that ended by themselves; how many there were."""
        ended = [process for process in self.processes if process.poll() is not None]
        for process in ended:
            self.processes.remove(process)
            bury(process)
            self.start()
        return len(ended)

    def end(self) -> list[int]:
        """Ask all of them to end, and wait for it; the status of each."""
        for process in self.processes:
            assert process.stdout is not None
            assert process.stdout.readline().startswith(b"working")  # from then on it hears signals
            process.send_signal(signal.SIGTERM)
        return [bury(process) for process in self.processes]


@contextmanager
def crowd(url: str, journal: Path, size: int, killers: Sequence[str] = ()) -> Iterator[Crowd]:
    """So many workers, ended in any case."""
    made = Crowd(url, journal, killers)
    try:
        for _ in range(size):
            made.start()
        yield made
    finally:
        for process in made.processes:
            process.kill()
            bury(process)


def bury(process: subprocess.Popen[bytes]) -> int:
    """The status of a process, once it has ended."""
    with process:
        return process.wait(PATIENCE)


def accept(database: Database, chats: Sequence[str], count: int, first: int = 0) -> list[tuple[str, str]]:
    """Queue so many messages, chat after chat in turn: chat and id of each."""
    now = time.time()
    made = [(chats[number % len(chats)], f"3EB0{number:016X}") for number in range(first, first + count)]
    new = [
        NewMessage(id=name, session="journal", chat=chat, type="text", reply=Text(f"Pesan {name}"), created_at=now, expires_at=now + 86_400)
        for chat, name in made
    ]
    with database.writing() as connection:
        new_messages.add(connection, new)
    return made


def is_done(database: Database) -> bool:
    """Whether nothing waits any more."""
    with database.reading() as connection:
        left = stored.count(connection, "journal")
    return left["queued"] + left["claimed"] == 0


def wait_for(what: str, is_so: object) -> None:
    """Wait until a condition holds, looking now and then."""
    assert callable(is_so)
    deadline = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < deadline, f"waited in vain: {what}"
        time.sleep(0.05)


def check(accepted: Sequence[tuple[str, str]], journal: Path) -> int:
    """Nothing is lost, and in each chat all is in order but for repeats under the same id; how many repeats there were."""
    sends = read_journal(journal)
    seen: dict[str, list[str]] = {}
    for chat, name in sends:
        seen.setdefault(chat, []).append(name)
    wanted: dict[str, list[str]] = {}
    for chat, name in accepted:
        wanted.setdefault(chat, []).append(name)
    for chat, names in wanted.items():
        once = [name for place, name in enumerate(seen.get(chat, [])) if place == 0 or seen[chat][place - 1] != name]
        assert once == names, f"{chat}: sent in another order, or not at all"
    assert set(seen) == set(wanted)
    return len(sends) - len(accepted)
