"""Copies of one message that arrive at once pass the turnstile one at a time."""

from threading import Event, Thread

from flask_chatbot.answering.once import Turnstile

PATIENCE = 30.0  # seconds


def enter(turnstile: Turnstile, key: tuple[str, str], inside: Event, leave: Event | None = None) -> Thread:
    """Pass the turnstile in a thread: `inside` is set once it is, which it stays until `leave` is set."""

    def work() -> None:
        with turnstile.passing(key):
            inside.set()
            if leave is not None:
                leave.wait(PATIENCE)

    thread = Thread(target=work)
    thread.start()
    return thread


def test_a_copy_waits_until_the_first_has_left_and_another_message_does_not() -> None:
    turnstile, leave = Turnstile(), Event()
    first, copy, other = Event(), Event(), Event()
    threads = [enter(turnstile, ("webhook", "a"), first, leave)]
    assert first.wait(PATIENCE)
    threads.append(enter(turnstile, ("webhook", "a"), copy))
    threads.append(enter(turnstile, ("webhook", "b"), other))
    assert other.wait(PATIENCE)
    assert not copy.is_set()
    leave.set()
    assert copy.wait(PATIENCE)
    for thread in threads:
        thread.join(PATIENCE)


def test_a_failure_inside_lets_the_next_copy_in() -> None:
    turnstile = Turnstile()
    try:
        with turnstile.passing(("webhook", "a")):
            raise LookupError
    except LookupError:
        pass
    inside = Event()
    enter(turnstile, ("webhook", "a"), inside).join(PATIENCE)
    assert inside.is_set()
