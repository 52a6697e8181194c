"""The text that Prometheus reads, written by its own client from a registry that exists only for one scrape."""

from collections.abc import Iterable, Iterator, Mapping

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from flask_chatbot.metrics.series import Histogram, Series

# The older of its formats, which each of its versions reads.
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_FAMILIES: Mapping[str, type[CounterMetricFamily | GaugeMetricFamily]] = {"gauge": GaugeMetricFamily, "counter": CounterMetricFamily}


class ScrapeCollector(Collector):
    """Collects what was read for one scrape; each number has the label `shop`, which tells the apps of one process apart."""

    def __init__(self, shop: str, series: Iterable[Series | Histogram]) -> None:
        self._shop = shop
        self._series = series

    def collect(self) -> Iterator[Metric]:
        """Yield each metric in the client's own form."""
        for each in self._series:
            family = self._times(each) if isinstance(each, Histogram) else self._numbers(each)
            if family.samples:
                yield family

    def _numbers(self, series: Series) -> Metric:
        family = _FAMILIES[series.kind](series.name, series.help, labels=("shop", *series.labels))
        for values, number in series.samples:
            family.add_metric((self._shop, *values), number)
        return family

    def _times(self, histogram: Histogram) -> Metric:
        family = HistogramMetricFamily(histogram.name, histogram.help, labels=("shop", "line"))
        for line, buckets, total in histogram.lines:
            family.add_metric((self._shop, line), buckets, total)
        return family


def exposed(shop: str, series: Iterable[Series | Histogram]) -> bytes:
    """The text of one scrape."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(ScrapeCollector(shop, series))
    return generate_latest(registry)
