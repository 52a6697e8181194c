"""Where the time of some work is said to go."""

import threading
from time import process_time

import pytest

from benchmarks import profile, start
from benchmarks.profile import Samples
from flask_chatbot.core.language.folding import fold

TEXT = "Café crème, SELAMAT PAGI! " * 50


def fold_for(seconds: float) -> int:
    """Fold a text for so many seconds of processor time."""
    count, until = 0, process_time() + seconds
    while process_time() < until:
        fold(TEXT)
        count += 1
    return count


def test_the_time_of_a_function_of_ours_is_put_down_to_it() -> None:
    with Samples() as samples:
        count = fold_for(0.3)
    assert max(samples.spent, key=samples.spent.__getitem__).startswith("core/language/")
    assert samples.processor / 2 < sum(samples.spent.values()) <= samples.processor
    assert samples.drawn(count, "a text").splitlines()[0].split() == ["|", "where", "|", "share", "|", "a", "text", "|"]


def test_the_time_of_other_threads_counts_and_what_they_wait_for_does_not() -> None:
    idle = threading.Event()
    waiting, working = threading.Thread(target=idle.wait), threading.Thread(target=fold_for, args=(0.3,))
    with Samples() as samples:
        waiting.start()
        working.start()
        while working.is_alive():  # signals are for this thread, which must not sleep all the time
            working.join(0.002)
    idle.set()
    waiting.join()
    assert max(samples.spent, key=samples.spent.__getitem__).startswith("core/language/")
    assert samples.processor / 2 < sum(samples.spent.values()) <= samples.processor


def test_a_library_is_named_for_what_it_does_itself() -> None:
    assert [
        profile.place_of(file) for file in (f"{profile.LIBRARIES}werkzeug/routing/map.py", f"{profile.LIBRARIES}six.py", "<template>")
    ] == [
        "werkzeug",
        "six",
        None,
    ]


@pytest.mark.process
def test_a_start_is_told_by_the_modules_that_it_loads() -> None:
    drawn = start.profile("import flask", {})
    assert "| flask " in drawn
    assert "| all but loading modules " in drawn
