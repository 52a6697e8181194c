"""Bounds of what is measured."""

import threading

import pytest

from benchmarks.timing import limited


def test_what_takes_longer_than_it_may_is_ended() -> None:
    with pytest.raises(TimeoutError, match=r"it took longer than 0\.05 seconds"), limited(0.05):
        threading.Event().wait(60)


def test_a_limit_ends_with_its_block() -> None:
    with limited(0.02):
        pass
    assert not threading.Event().wait(0.1)
