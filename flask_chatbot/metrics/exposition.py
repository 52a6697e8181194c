"""The text that Prometheus reads, written by its own client from a registry that exists only for one scrape."""

from collections.abc import Iterable, Iterator

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from flask_chatbot.metrics.series import Series

# The older of its formats: the newer one has no comments, and a scrape says what it leaves out.
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_FAMILIES = {"gauge": GaugeMetricFamily, "counter": CounterMetricFamily}


class ScrapeCollector(Collector):
    """Collects what was read for one scrape; each number has the label `shop`, which tells the apps of one process apart."""

    def __init__(self, shop: str, series: Iterable[Series], more: Iterable[Metric] = ()) -> None:
        self._shop = shop
        self._series = series
        self._more = more

    def collect(self) -> Iterator[Metric]:
        """Yield each metric in the client's own form."""
        for each in self._series:
            family = _FAMILIES[each.kind](each.name, each.help, labels=("shop", *each.labels))
            for values, number in each.samples:
                family.add_metric((self._shop, *values), number)
            if family.samples:
                yield family
        yield from self._more


def exposed(shop: str, series: Iterable[Series], more: Iterable[Metric] = (), comments: Iterable[str] = ()) -> bytes:
    """The text of one scrape, with the comments at its end."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(ScrapeCollector(shop, series, more))
    return generate_latest(registry) + "".join(f"# {each}\n" for each in comments).encode()
