"""The webhook beside a view that returns a constant, and one written by hand: in one process, and behind gunicorn."""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from io import BytesIO
from itertools import cycle, islice
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.apart import Apart, in_turn_apart
from benchmarks.apps import APPS, URL, VARIANTS, bodies, make_app
from benchmarks.profile import sampled_in_folder
from benchmarks.rulesets import make_rules
from benchmarks.servers import requests_a_second, serving
from benchmarks.tables import Row, Say, seconds, table
from benchmarks.timing import Work, ratio

SIZES = (10, 100, 1_000, 100_000)
PROMISES = {100_000: 1.15}  # times the view written by hand; of fewer rules 1.05
ELSEWHERE = 100  # rules, beside the ones that a plain message makes no use of
BEHIND_GUNICORN = 1_000  # rules
BATCH = 100
Bars = dict[str, dict[int, float]]  # times the constant, by number of rules


def run(say: Say, quick: bool = False) -> tuple[list[Row], Bars]:
    """The figures of promises, and the ratios for the plot."""
    sizes, rounds = SIZES[:3] if quick else SIZES, 20 if quick else 100
    measured = {size: in_process(size, rounds, [*APPS, *(VARIANTS if size == ELSEWHERE else ())]) for size in sizes}
    bars = {name: {size: ratio(costs[name], costs["constant"]) for size, costs in measured.items()} for name in APPS}
    rows = [
        [f"{size:,}", *(f"{seconds(median(costs[name]))} ({bars[name][size]:.2f}x)" for name in APPS)] for size, costs in measured.items()
    ]
    say(table("Webhook: processor time a call, in one process", rows, ("rules", *APPS)))
    promised = [
        Row(
            f"webhook at {size:,} rules, beside the view written by hand",
            seconds(median(costs["ours"])),
            seconds(median(costs["by hand"])),
            ratio(costs["ours"], costs["by hand"]),
            PROMISES.get(size, 1.05),
            profile=partial(profile, "ours", size),
        )
        for size, costs in measured.items()
    ]
    return [*promised, *elsewhere(measured[ELSEWHERE]), behind_gunicorn(say, quick)], bars


def elsewhere(costs: Mapping[str, Sequence[float]]) -> Iterator[Row]:
    """What a plain message pays for things in the file that it makes no use of, in times the view written by hand."""
    for name in VARIANTS:
        more = [one - other for one, other in zip(costs[name], costs["ours"], strict=True)]
        what = f"with {name} elsewhere in the file: what it adds, beside the view written by hand"
        by_hand = costs["by hand"]
        yield Row(
            what, seconds(median(more)), seconds(median(by_hand)), ratio(more, by_hand), 0.05, profile=partial(profile, name, ELSEWHERE)
        )


def profile(name: str, count: int) -> str:
    """Where the time of calls of an app goes, as a server would make them."""
    return sampled_in_folder(lambda folder: served(name, f"{folder}/app", count))


def in_process(count: int, rounds: int, names: Sequence[str]) -> dict[str, list[float]]:
    """The cost of one call of each app, as a server would make it."""
    with TemporaryDirectory() as folder:
        return in_turn_apart({name: Apart(served, (name, f"{folder}/{name}", count)) for name in names}, rounds)


def served(name: str, folder: str, count: int) -> Work:
    """A batch of calls of an app, which has a new folder to itself."""
    Path(folder).mkdir()
    return calling(make_app(name, folder, count), bodies(make_rules(count), 2_000))


def calling(app: Callable[..., Any], calls: Sequence[bytes]) -> Work:
    """A batch of calls, the next ones each time."""
    endless = cycle([environ(body) for body in calls])

    def work() -> int:
        for made in islice(endless, BATCH):
            answer = app({**made, "wsgi.input": BytesIO(made["wsgi.input"])}, start_response)
            b"".join(answer)
            if hasattr(answer, "close"):
                answer.close()
        return BATCH

    return work


def start_response(status: str, headers: list[tuple[str, str]], error: object = None) -> None:
    """Takes the head of an answer; one that is no success is an error of the benchmark."""
    if status != "200 OK":
        raise RuntimeError(f"answered {status}")


def environ(body: bytes) -> dict[str, Any]:
    """What a WSGI server hands on, with the body as bytes."""
    return {
        "REQUEST_METHOD": "POST",
        "SCRIPT_NAME": "",
        "PATH_INFO": URL,
        "QUERY_STRING": "",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8000",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": "bot.example.com",
        "HTTP_USER_AGENT": "benchmark",
        "HTTP_ACCEPT": "*/*",
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": body,
        "wsgi.errors": sys.stderr,
        "wsgi.url_scheme": "http",
        "wsgi.version": (1, 0),
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }


def behind_gunicorn(say: Say, quick: bool) -> Row:
    """Requests a second of each app behind gunicorn, one worker each, all on loopback."""
    calls = bodies(make_rules(BEHIND_GUNICORN), 1_000)
    with TemporaryDirectory() as folder, serving(list(APPS), folder, BEHIND_GUNICORN) as ports:
        rounds = 5 if quick else 15
        speeds = {name: [0.0] * rounds for name in ports}
        for number in range(rounds):
            for name, port in ports.items():
                speeds[name][number] = requests_a_second(port, calls)
    parts = {name: ratio(speeds[name], speeds["constant"]) for name in ports}
    heads = ("app", "requests/s", "of the constant")
    say(
        table(
            "Webhook behind gunicorn, one worker of 4 threads",
            [[name, f"{median(speeds[name]):,.0f}", f"{parts[name]:.2f}"] for name in ports],
            heads,
        )
    )
    ours, floor = (f"{median(speeds[name]):,.0f}/s" for name in ("ours", "constant"))
    what = f"webhook behind gunicorn at {BEHIND_GUNICORN:,} rules, beside a constant"
    return Row(what, ours, floor, parts["ours"], 0.75, at_least=True, profile=partial(profile, "ours", BEHIND_GUNICORN))
