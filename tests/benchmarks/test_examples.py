"""The examples in the docstrings of the measurements, which are outside of the folders that tests are looked for in."""

import doctest
from importlib import import_module

import pytest


@pytest.mark.parametrize("name", ["apart", "crowd", "page", "processors", "scale", "start", "tables", "timing", "way"])
def test_the_examples_are_right(name: str) -> None:
    outcome = doctest.testmod(import_module(f"benchmarks.{name}"))
    assert (outcome.failed, outcome.attempted > 0) == (0, True)
