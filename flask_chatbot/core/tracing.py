"""Spans for OpenTelemetry, where the app has loaded its API: who has not can have configured nothing that would take them."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from sys import modules
from typing import TYPE_CHECKING

from flask_chatbot.core.origins import Origin

if TYPE_CHECKING:
    from opentelemetry.context import Context

OPENTELEMETRY = "opentelemetry.trace"
Ids = Mapping[str, str | int | None]

_TRACEPARENT = re.compile(r"[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")


def traceparent_in(given: str) -> str:
    """The current span as W3C writes it, else the `given` header, if it is one; empty without OpenTelemetry."""
    if OPENTELEMETRY not in modules:
        return ""
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    carrier: dict[str, str] = {}
    TraceContextTextMapPropagator().inject(carrier)
    return carrier.get("traceparent") or (given if _TRACEPARENT.fullmatch(given) else "")


@contextmanager
def span(name: str, origin: Origin, **ids: str | int | None) -> Iterator[None]:
    """A span around this block, below the current one or else that of the `origin`, with ids as attributes and nothing else.

    An exception makes it a failed one; its words stay out of it.
    """
    if OPENTELEMETRY not in modules:
        yield
        return
    from opentelemetry import trace

    attributes = _attributes({"request_id": origin.request_id, **ids})
    with trace.get_tracer("flask_chatbot").start_as_current_span(
        name, _parent(origin), attributes=attributes, record_exception=False, set_status_on_exception=False
    ) as current:
        try:
            yield
        except BaseException:
            current.set_status(trace.StatusCode.ERROR)
            raise


def add_ids(**ids: str | int | None) -> None:
    """Add ids to the current span."""
    if OPENTELEMETRY in modules:
        from opentelemetry import trace

        trace.get_current_span().set_attributes(_attributes(ids))


def fail_span() -> None:
    """Mark the current span as a failed one."""
    if OPENTELEMETRY in modules:
        from opentelemetry import trace

        trace.get_current_span().set_status(trace.StatusCode.ERROR)


def _attributes(ids: Ids) -> dict[str, str | int]:
    return {f"chatbot.{name}": value for name, value in ids.items() if value is not None and value != ""}


def _parent(origin: Origin) -> "Context | None":
    """The context of a span of an origin; None for the current one."""
    from opentelemetry import trace
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    if not origin.traceparent or trace.get_current_span().get_span_context().is_valid:
        return None
    return TraceContextTextMapPropagator().extract({"traceparent": origin.traceparent})
