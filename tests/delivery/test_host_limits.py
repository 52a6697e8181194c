"""How many callbacks may be under way to one host."""

from flask_chatbot.delivery.host_limits import Lanes


def fill(lanes: Lanes, host: str) -> int:
    """Begin as many calls to a host as may be; how many."""
    begun = 0
    while lanes.may_begin(host):
        lanes.begin(host)
        begun += 1
    return begun


def prove(lanes: Lanes, host: str, calls: int = 100) -> None:
    """Let a host answer quickly so many times."""
    for _ in range(calls):
        lanes.begin(host)
        lanes.learn(host, 0.02, True)
        lanes.end(host)


def test_a_host_nobody_knows_gets_two_calls_at_once() -> None:
    assert fill(Lanes(64), "new.example") == 2


def test_a_host_that_answers_quickly_gets_three_quarters_of_the_threads() -> None:
    lanes = Lanes(64)
    prove(lanes, "quick.example")
    assert fill(lanes, "quick.example") == 48


def test_a_host_that_stops_answering_falls_back_to_one_call() -> None:
    lanes = Lanes(64)
    prove(lanes, "dead.example")
    for _ in range(6):
        lanes.begin("dead.example")
        lanes.learn("dead.example", 15.0, False)
        lanes.end("dead.example")
    assert fill(lanes, "dead.example") == 1


def test_an_answer_that_took_long_gives_less_room_too() -> None:
    lanes = Lanes(64)
    prove(lanes, "slow.example", 9)
    lanes.begin("slow.example")
    lanes.learn("slow.example", 5.0, True)
    lanes.end("slow.example")
    assert lanes.room("slow.example") == 5


def test_however_many_dead_hosts_there_are_half_of_the_threads_stay_for_those_that_answer() -> None:
    lanes = Lanes(64)
    prove(lanes, "quick.example")
    assert sum(fill(lanes, f"dead{number}.example") for number in range(100)) == 32
    assert fill(lanes, "quick.example") == 48


def test_a_dead_host_that_lives_again_gets_its_room_back() -> None:
    lanes = Lanes(64)
    lanes.begin("host.example")
    lanes.learn("host.example", 15.0, False)
    lanes.end("host.example")
    assert lanes.room("host.example") == 1
    prove(lanes, "host.example")
    assert lanes.room("host.example") == 48


def test_with_one_thread_there_is_still_a_call_to_anybody() -> None:
    assert fill(Lanes(1), "host.example") == 1


def test_hosts_without_calls_are_forgotten_once_there_are_too_many() -> None:
    lanes = Lanes(64)
    prove(lanes, "first.example")
    lanes.begin("active.example")
    for number in range(10_000):
        prove(lanes, f"host{number}.example", 1)
    assert (lanes.room("first.example"), lanes.under_way("active.example")) == (2, 1)
