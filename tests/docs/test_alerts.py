"""The alerts on the page of metrics: Prometheus reads them, they fire when they should, and what they look at exists."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from flask_chatbot.database.counting.tally import Count, count
from flask_chatbot.database.database import Database
from flask_chatbot.store import leases
from flask_chatbot.transports.base import Capabilities
from flask_chatbot.transports.simulator import Simulator
from tests.apps import KEY, make_app
from tests.metrics_of import scraped

ROOT = Path(__file__).parent.parent.parent
ALERTS = ROOT / "docs/alerts.yml"
PROMTOOL = shutil.which("promtool")
HAPPENED = [
    Count("answered", "waha", ("text", "salam", "fallback")),
    Count("acks", "waha", ("text", "sent")),
    Count("failed", "waha", ("refused",)),
    Count("billable", "waha", ("marketing",)),
    Count("callbacks", "waha", ("retried",)),
]


def test_each_metric_that_an_alert_looks_at_is_in_a_scrape(tmp_path: Path) -> None:
    config = {
        "CHATBOT_TRANSPORT": Simulator(runs_anywhere=True, capabilities=Capabilities(strangers_limited=True)),
        "CHATBOT_WORKER": "off",
    }
    app = make_app(tmp_path, CHATBOT_DATABASE_URL=f"sqlite:///{tmp_path}/shop.sqlite", **config)
    database: Database = app.extensions["chatbot"].make_database()
    with database.writing() as connection:
        leases.take(connection, "alive:0f3a9b12c4d5", "shop-1:0f3a9b12c4d5:::", 1_700_000_000.0, 15.0)
        for what in HAPPENED:
            count(connection, what)
    found = scraped(app, KEY)
    looked_at = set(re.findall(r"chatbot_\w+", ALERTS.read_text("utf-8")))
    assert looked_at - set(found) == set()
    assert len(looked_at) == 9


@pytest.mark.process
@pytest.mark.skipif(PROMTOOL is None, reason="promtool is missing, which comes with Prometheus")
@pytest.mark.parametrize(
    "check",
    [
        ["check", "rules", "docs/alerts.yml"],
        ["test", "rules", "tests/alerts/alerts_test.yml"],
        ["check", "config", "--syntax-only", "docs/examples/deploy/prometheus.yml"],
    ],
)
def test_promtool_finds_the_alerts_and_the_configuration_right_and_that_they_fire_as_they_should(check: list[str]) -> None:
    done = subprocess.run([PROMTOOL or "", *check], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
