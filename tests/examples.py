"""How many examples a test of properties tries."""

import os

from hypothesis import HealthCheck, settings

QUICK = 10

# A machine under load is no failure. What judges a change tries the same examples each time; whoever works on it looks for new ones.
_STEADY = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=bool(os.environ.get("CI")))


def use_examples(*, quick: bool) -> None:
    """Set how many a test tries that asks for no number: 100, and few in a quick run."""
    settings.register_profile("chosen", _STEADY, max_examples=QUICK if quick else 100)
    settings.load_profile("chosen")


def at_most(examples: int) -> int:
    """So many, and few in a quick run."""
    return min(examples, settings.default.max_examples) if settings.default else examples
