"""A process whose threads all add to one number of one sender: ``python -m tests.store.hammer URL THREADS TIMES``."""

import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from flask_chatbot.core.conversation.memory import Memory
from flask_chatbot.database.database import Database
from flask_chatbot.store.memory import StoreMemory


def hammer(memory: Memory, threads: int, times: int) -> None:
    """Add 1 to a number, `times` times from each of so many threads."""

    def add(_: int) -> None:
        for _ in range(times):
            kept = False
            while not kept:
                state = memory.recall("628111", 0.0)
                notes = {"number": state.notes.get("number", 0) + 1}
                kept = memory.commit("628111", replace(state, notes=notes, notes_until=60.0), 0.0)

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(add, range(threads)))


if __name__ == "__main__":
    database = Database(sys.argv[1], Path("/nowhere"))
    hammer(StoreMemory(database), int(sys.argv[2]), int(sys.argv[3]))
    database.close()
