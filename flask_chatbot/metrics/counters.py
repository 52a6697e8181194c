"""The numbers of all that happened so far: they never fall, whatever is deleted."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping

from flask_chatbot.database.counting.tally import BUCKETS, SUM, Count
from flask_chatbot.metrics.series import Histogram, Series, counter
from flask_chatbot.store.measuring.totals import ANSWERED


def of_totals(totals: Mapping[Count, int], transports: Mapping[str, str]) -> Iterator[Series]:
    """Yield what was counted. `transports` are those of the lines; what came by another line came by the webhook, or the line is gone."""
    found: defaultdict[str, Counter[tuple[str, ...]]] = defaultdict(Counter)
    for what, number in totals.items():
        transport = transports.get(what.line) or ("webhook" if what.line.partition(":")[0] == "webhook" else "")
        for name, labels in _counted(what, transport):
            found[name][what.line, *labels] += number
    for name, (help_, labels) in COUNTERS.items():
        yield counter(name, help_, ("line", *labels), found[name])


def of_times(totals: Mapping[Count, int]) -> Iterator[Histogram]:
    """Yield the times of what was counted by its time."""
    for name, help_ in TIMES.items():
        by_line: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for what, number in totals.items():
            if what.name == name:
                by_line[what.line][what.labels[0]] += number
        lines = tuple((line, tuple(_cumulative(found)), found[SUM] / 1e6) for line, found in sorted(by_line.items()))
        yield Histogram(f"chatbot_{name}_seconds", help_, lines)


def _cumulative(found: Mapping[str, int]) -> Iterator[tuple[str, int]]:
    """Yield the upper edge of each bucket, and how many lie below it."""
    below = 0
    for place, edge in enumerate((*map(str, BUCKETS), "+Inf")):
        below += found.get(str(place), 0)
        yield edge, below


TIMES: Mapping[str, str] = {
    "decide": "Seconds from the start of a message's answer until it was recorded, handlers included.",
    "send": "Seconds that WhatsApp took to accept a message.",
    "delivery": "Seconds from a message's acceptance, or the time it was planned for, to its delivery.",
}
COUNTERS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "chatbot_messages_received_total": ("Messages that came in and were answered, or were not to be.", ("transport", "kind")),
    "chatbot_answers_total": ("Messages that came in, by the rule that answered.", ("rule", "outcome")),
    "chatbot_fallbacks_total": ("Messages that only a fallback answered.", ()),
    "chatbot_messages_sent_total": ("Messages that WhatsApp took.", ("transport", "type")),
    "chatbot_acks_total": ("Changes of the status of messages.", ("ack",)),
    "chatbot_messages_failed_total": ("Messages that were given up.", ("reason",)),
    "chatbot_billable_messages_total": ("Messages delivered that the platform charges for.", ("category",)),
    "chatbot_callbacks_total": ("Tries of callbacks.", ("result",)),
}
_PLAIN = {
    "failed": "chatbot_messages_failed_total",
    "billable": "chatbot_billable_messages_total",
    "callbacks": "chatbot_callbacks_total",
}


def _counted(what: Count, transport: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the metrics that a count is part of, with their labels but for the line."""
    if what.name == ANSWERED:
        kind, rule, outcome = what.labels
        yield "chatbot_messages_received_total", (transport, kind)
        yield "chatbot_answers_total", (rule, outcome)
        if outcome == "fallback":
            yield "chatbot_fallbacks_total", ()
    elif what.name == "acks":
        type_, ack = what.labels
        yield "chatbot_acks_total", (ack,)
        if ack == "sent":
            yield "chatbot_messages_sent_total", (transport, type_)
    elif what.name in _PLAIN:
        yield _PLAIN[what.name], what.labels
