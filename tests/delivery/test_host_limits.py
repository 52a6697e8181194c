"""How many callbacks may be under way to one host."""

from flask_chatbot.delivery.host_limits import HostLimits


def fill(limits: HostLimits, host: str) -> int:
    """Begin as many calls to a host as may be; how many."""
    begun = 0
    while limits.may_begin(host):
        limits.begin(host)
        begun += 1
    return begun


def prove(limits: HostLimits, host: str, calls: int = 100) -> None:
    """Let a host answer quickly so many times."""
    for _ in range(calls):
        limits.begin(host)
        limits.learn(host, 0.02, True)
        limits.end(host)


def test_a_host_nobody_knows_gets_two_calls_at_once() -> None:
    assert fill(HostLimits(64), "new.example") == 2


def test_a_host_that_answers_quickly_gets_three_quarters_of_the_threads() -> None:
    limits = HostLimits(64)
    prove(limits, "quick.example")
    assert fill(limits, "quick.example") == 48


def test_a_host_that_stops_answering_falls_back_to_one_call() -> None:
    limits = HostLimits(64)
    prove(limits, "dead.example")
    for _ in range(6):
        limits.begin("dead.example")
        limits.learn("dead.example", 15.0, False)
        limits.end("dead.example")
    assert fill(limits, "dead.example") == 1


def test_an_answer_that_took_long_gives_less_room_too() -> None:
    limits = HostLimits(64)
    prove(limits, "slow.example", 9)
    limits.begin("slow.example")
    limits.learn("slow.example", 5.0, True)
    limits.end("slow.example")
    assert limits.room("slow.example") == 5


def test_however_many_dead_hosts_there_are_half_of_the_threads_stay_for_those_that_answer() -> None:
    limits = HostLimits(64)
    prove(limits, "quick.example")
    assert sum(fill(limits, f"dead{number}.example") for number in range(100)) == 32
    assert fill(limits, "quick.example") == 48


def test_a_dead_host_that_lives_again_gets_its_room_back() -> None:
    limits = HostLimits(64)
    limits.begin("host.example")
    limits.learn("host.example", 15.0, False)
    limits.end("host.example")
    assert limits.room("host.example") == 1
    prove(limits, "host.example")
    assert limits.room("host.example") == 48


def test_with_one_thread_there_is_still_a_call_to_anybody() -> None:
    assert fill(HostLimits(1), "host.example") == 1


def test_hosts_without_calls_are_forgotten_once_there_are_too_many() -> None:
    limits = HostLimits(64)
    prove(limits, "first.example")
    limits.begin("active.example")
    for number in range(10_000):
        prove(limits, f"host{number}.example", 1)
    assert (limits.room("first.example"), limits.under_way("active.example")) == (2, 1)
