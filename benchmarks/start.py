"""Starting: processor time of whole processes that start the example or check its rules, beside one that imports Flask."""

import os
import resource
import subprocess
import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from statistics import median

from benchmarks.tables import Row, Say, seconds
from benchmarks.timing import ratio

ROOT = Path(__file__).parents[1]
PATIENCE = 60  # seconds for one process
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
PROMISES = {WITH_WEBHOOK: 3.0, WITH_ALL: 3.0, CHECKED: 3.0}


def run(say: Say, quick: bool = False) -> list[Row]:
    """The time from the start of Python to its end, of each kind of start."""
    del say
    works = {
        "flask": partial(spent, FLASK),
        WITH_WEBHOOK: partial(spent, START, WEBHOOK),
        WITH_ALL: partial(spent, START, ALL_KEYS),
        CHECKED: partial(spent, CHECK_FILE),
        "such a start, and flask chatbot check": partial(spent, CHECK_APP, ALL_KEYS),
    }
    costs: dict[str, list[float]] = {name: [] for name in works}
    for each in works.values():
        each()  # writes the bytecode
    for _ in range(3 if quick else 15):
        for name, work in works.items():
            costs[name].append(work())
    flask = costs.pop("flask")
    return [
        Row(f"{name}, beside importing Flask", seconds(median(ours)), seconds(median(flask)), ratio(ours, flask), PROMISES.get(name))
        for name, ours in costs.items()
    ]


def spent(code: str, keys: Mapping[str, str] | None = None) -> float:
    """Seconds of processor time that a process of its own takes for this code."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CHATBOT_")}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(  # noqa: S603  our own command
        [sys.executable, "-c", code], capture_output=True, check=True, cwd=ROOT, env={**environment, **(keys or {})}, timeout=PATIENCE
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
