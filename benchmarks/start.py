"""Starting: processor time of whole processes that start the example or check its rules, beside one that imports Flask."""

import os
import re
import resource
import subprocess
import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from statistics import median

from benchmarks.tables import Row, Say, drawn, seconds
from benchmarks.timing import ratio

ROOT = Path(__file__).parents[1]
PATIENCE = 60  # seconds for one process
SHOWN = 15  # rows of a profile
FLASK = "import flask"
START = "from example_bot import create_app\napp = create_app()\n"
# Not by the command `flask`, which loads the commands of whatever else is installed.
CHECK_FILE = "import flask\nfrom flask_chatbot.cli.main import chatbot\nchatbot(['check', 'rules.yaml'])\n"
CHECK_APP = f"""\
{START}
from flask.cli import ScriptInfo
from flask_chatbot.cli.main import chatbot
chatbot(["check"], obj=ScriptInfo(create_app=lambda: app))
"""
WEBHOOK = {"CHATBOT_WEBHOOK_KEY": "a-key-of-a-benchmark"}
ALL_KEYS = {**WEBHOOK, "CHATBOT_API_KEY": "another-key-of-a-benchmark"}

WITH_WEBHOOK, WITH_ALL, CHECKED = (
    "a start of the example with a key for the webhook",
    "a start of the example with all keys",
    "flask chatbot check rules.yaml",
)
STARTS = {
    WITH_WEBHOOK: (START, WEBHOOK),
    WITH_ALL: (START, ALL_KEYS),
    CHECKED: (CHECK_FILE, {}),
    "such a start, and flask chatbot check": (CHECK_APP, ALL_KEYS),
}
PROMISES = {WITH_WEBHOOK: 3.0, WITH_ALL: 3.0, CHECKED: 3.0}


def run(say: Say, quick: bool = False) -> list[Row]:
    """The time from the start of Python to its end, of each kind of start."""
    del say
    works = {"flask": partial(spent, FLASK), **{name: partial(spent, *start) for name, start in STARTS.items()}}
    costs: dict[str, list[float]] = {name: [] for name in works}
    for each in works.values():
        each()  # writes the bytecode
    for _ in range(3 if quick else 15):
        for name, work in works.items():
            costs[name].append(work())
    flask = costs.pop("flask")
    return [
        Row(
            f"{name}, beside importing Flask",
            seconds(median(ours)),
            seconds(median(flask)),
            ratio(ours, flask),
            PROMISES.get(name),
            profile=partial(profile, *STARTS[name]),
        )
        for name, ours in costs.items()
    ]


def spent(code: str, keys: Mapping[str, str] = {}) -> float:
    """Seconds of processor time that a process of its own takes for this code."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    python(code, keys)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def python(code: str, keys: Mapping[str, str], *options: str) -> str:
    """Run this code in a process of its own; what it writes to stderr."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CHATBOT_")}
    command, environment = [sys.executable, *options, "-c", code], {**environment, **keys}
    ended = subprocess.run(command, capture_output=True, check=True, cwd=ROOT, env=environment, text=True, timeout=PATIENCE)  # noqa: S603  our own command
    return ended.stderr


def profile(code: str, keys: Mapping[str, str]) -> str:
    """Where the time of a start goes: the modules that are loaded, ours by their packages, and what is done beside loading."""
    imports = imported(python(code, keys, "-X", "importtime"))
    whole = spent(code, keys)
    dearest = sorted(imports.items(), key=lambda each: -each[1])
    found = [*dearest[:SHOWN], ("other modules", sum(took for _, took in dearest[SHOWN:]))]
    found.append(("all but loading modules", max(0.0, whole - sum(imports.values()))))
    whole = max(whole, sum(imports.values()))
    return drawn([[name, f"{took / whole:.1%}", seconds(took)] for name, took in found], ("modules", "share", "a start"))


def imported(log: str) -> dict[str, float]:
    """The seconds that modules took to load, each without those that it loads, by their packages.

    >>> loaded = (200, "jinja2.parser"), (50, "  jinja2"), (1000, "    flask_chatbot.core.values.rows")
    >>> imported(chr(10).join(f"import time: {own:9} |      99999 | {name}" for own, name in loaded))
    {'jinja2': 0.00025, 'flask_chatbot.core': 0.001}
    """
    found: dict[str, int] = {}
    for own, name in re.findall(r"^import time: +(\d+) \| +\d+ \| +(\S+)$", log, re.MULTILINE):
        package = ".".join(name.split(".")[: 2 if name.startswith("flask_chatbot.") else 1])
        found[package] = found.get(package, 0) + int(own)
    return {package: own / 1e6 for package, own in found.items()}
