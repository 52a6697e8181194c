"""Scrapes of an app, as Prometheus understands them."""

import time
from collections.abc import Callable

from flask import Flask
from prometheus_client.parser import text_string_to_metric_families

URL = "/chatbot/metrics"
PATIENCE = 60.0  # seconds
Samples = dict[str, dict[tuple[tuple[str, str], ...], float]]


def read(text: str, shop: str) -> Samples:
    """The numbers of a scrape by name and labels, without the label of the shop."""
    found: Samples = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            assert sample.labels.pop("shop") == shop
            found.setdefault(sample.name, {})[tuple(sorted(sample.labels.items()))] = sample.value
    return found


def scraped(app: Flask, key: str) -> Samples:
    """The numbers that an app answers with."""
    answer = app.test_client().get(URL, headers={"Authorization": f"Bearer {key}"})
    assert (answer.status_code, answer.content_type) == (200, "text/plain; version=0.0.4; charset=utf-8")
    return read(answer.text, app.name)


def totals(samples: Samples) -> Samples:
    """The numbers that only grow."""
    return {name: found for name, found in samples.items() if name.endswith("_total")}


def until(look: Callable[[], bool]) -> None:
    """Wait until something is so; fail if it takes too long."""
    deadline = time.monotonic() + PATIENCE
    while not look():
        assert time.monotonic() < deadline
        time.sleep(0.02)
