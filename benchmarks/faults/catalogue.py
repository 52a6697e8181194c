"""All faults, by what they are of, in the order of the page."""

from benchmarks.faults import databases, poison, processes, wakeups
from benchmarks.faults.fault import Fault

# Those of a broker belong here, as a module of their own with FAULTS, once something carries wake-ups besides PostgreSQL.
CATALOGUE: dict[str, tuple[Fault, ...]] = {
    "PostgreSQL": databases.FAULTS,
    "Processes": processes.FAULTS,
    "Wake-ups": wakeups.FAULTS,
    "Messages": poison.FAULTS,
}
FAULTS: tuple[Fault, ...] = tuple(each for faults in CATALOGUE.values() for each in faults)
