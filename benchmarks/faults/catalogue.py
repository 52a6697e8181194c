"""All faults, by what they are of, in the order of the page."""

from benchmarks.faults import carried, databases, poison, processes, wakeups
from benchmarks.faults.fault import Fault

CELERY = "Celery"  # of a shop of its own, whose messages Celery carries
CATALOGUE: dict[str, tuple[Fault, ...]] = {
    "PostgreSQL": databases.FAULTS,
    "Processes": processes.FAULTS,
    "Wake-ups": wakeups.FAULTS,
    "Messages": poison.FAULTS,
    CELERY: carried.FAULTS,
}
PLAIN: tuple[Fault, ...] = tuple(each for kind, faults in CATALOGUE.items() for each in faults if kind != CELERY)
