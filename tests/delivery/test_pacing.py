"""The pace an operator sets: how many messages go in any stretch of time."""

from itertools import pairwise
from pathlib import Path
from time import time

from hypothesis import given
from hypothesis import strategies as st

from flask_chatbot.core.values.replies import Text
from flask_chatbot.delivery.pacing import TOGETHER, Tempo, count_overdue
from flask_chatbot.store import paces
from flask_chatbot.transports.simulator import Simulator
from tests.lines.two_lines import ONE_LINE, TwoLines


def walk(tempo: Tempo, seconds: float, chance: float) -> list[float]:
    """When messages go that never run out, by the token bucket and the pause after each."""
    tokens, now, sent = float(tempo.burst), 0.0, []
    while now < seconds:
        if tokens >= 1:
            tokens -= 1
            sent.append(now)
            wait = tempo.pause(chance)
        else:
            wait = (1 - tokens) / tempo.rate + 1e-6
        tokens = min(tempo.burst, tokens + wait * tempo.rate)
        now += wait
    return sent


@given(count=st.integers(1, 200), seconds=st.sampled_from([1.0, 60.0, 3600.0]), chance=st.floats(0, 1))
def test_in_any_stretch_of_the_pace_no_more_go_than_it_says_and_a_fifth(count: int, seconds: float, chance: float) -> None:
    sent = walk(Tempo.of(count, seconds), 3 * seconds, chance)
    most = count + max(1, count // TOGETHER)
    for place, start in enumerate(sent):
        assert sum(at < start + seconds for at in sent[place:]) <= most


def test_a_slow_pace_is_kept_to_the_message() -> None:
    assert len([at for at in walk(Tempo.of(5, 60.0), 600.0, 0.5) if at < 60]) == 5


def test_over_a_long_time_as_many_go_as_the_pace_says() -> None:
    assert len(walk(Tempo.of(30, 60.0), 3600.0, 1.0)) in range(1795, 1812)


def test_messages_that_may_go_together_do_not_go_at_once() -> None:
    sent = walk(Tempo.of(100, 3600.0), 60.0, 0.5)
    assert all(1.5 < later - earlier < 2.5 for earlier, later in pairwise(sent))


def test_of_paced_lines_only_what_the_pace_would_have_let_go_is_overdue(tmp_path: Path) -> None:
    lines = {name: {"transport": Simulator(name=name), **pace} for name, pace in PACES.items()}
    shop = TwoLines(tmp_path, rules=ONE_LINE, CHATBOT_LINES=lines)
    for each in lines:
        shop.line(each).send_all("628111@c.us", [Text("Halo")])
    now = time()
    with shop.lines.database.writing() as connection:
        paces.take_tokens(connection, "busy", now, 1 / 60, 1.0, 1)
        paces.take_tokens(connection, "idle", now - 600, 1.0, 1.0, 1)
        tempos = [(each.transport.name, each.tempo) for each in shop.lines]
        found = [count_overdue(connection, tempos, now + later - 60) for later in (30.0, 90.0, 120.0)]
    assert found == [0, 2, 3]  # of "free" and "idle" after a minute, of "busy" a minute after its pace has a token again
    shop.close()


PACES = {"free": {}, "idle": {"pace": "1/second"}, "busy": {"pace": "1/minute"}}
