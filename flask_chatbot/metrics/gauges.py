"""The numbers of this moment: queues, workers, connections and rules."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from flask_chatbot.bot.bots import Bots
from flask_chatbot.metrics.series import Series, gauge
from flask_chatbot.store.measuring.queues import LineQueue
from flask_chatbot.worker.health import Heartbeat

_LINE = ("line",)


def of_queues(queues: Sequence[LineQueue]) -> Iterator[Series]:
    """Yield what waits, by line."""
    states = {(each.line, state): float(getattr(each, state)) for each in queues for state in ("queued", "claimed", "failed")}
    yield gauge("chatbot_outbox_messages", "Messages that wait, are being sent, or were given up and are kept.", ("line", "state"), states)
    yield gauge(
        "chatbot_outbox_oldest_due_seconds",
        "Seconds since the message that waits longest was due; 0 if none is due.",
        _LINE,
        {(each.line,): each.oldest_due for each in queues},
    )
    yield gauge("chatbot_inbound_queue", "Messages that came in and wait for their answer.", _LINE, {(q.line,): q.inbound for q in queues})
    yield gauge("chatbot_callback_queue", "Callbacks that wait or are being made.", _LINE, {(q.line,): q.callbacks for q in queues})


def of_workers(heartbeats: Sequence[Heartbeat], now: float) -> Series:
    """The age of each worker's last sign of life."""
    ages = {(each.worker,): max(0.0, now - each.seen) for each in heartbeats}
    return gauge("chatbot_worker_last_seen_seconds", "Seconds since a worker last gave a sign of life.", ("worker",), ages)


def of_lines(connected: Mapping[str, bool], restricted: Mapping[str, str], limited: Collection[str]) -> Iterator[Series]:
    """Yield how the connections are. `restricted` has the reason of each line that writes to no strangers now, of the `limited` ones."""
    states = {(line,): float(is_connected) for line, is_connected in connected.items()}
    yield gauge("chatbot_transport_connected", "1 if the line is connected to WhatsApp.", _LINE, states)
    held = {(line, restriction_reason(restricted[line]) if line in restricted else ""): float(line in restricted) for line in limited}
    yield gauge("chatbot_transport_restricted", "1 while WhatsApp takes nothing to strangers from the line.", ("line", "reason"), held)


def of_rules(bots: Bots, lines: Sequence[str], hashes: Mapping[int, str]) -> Iterator[Series]:
    """Yield which rules this process answers by; `hashes` are those of each bot's rules, by the `id` of the bot."""
    by_line = {line: bots.of(line) for line in lines} or {"": bots.own}
    known = {(line, hashes[id(bot)]): 1.0 for line, bot in by_line.items()}
    yield gauge("chatbot_rules_info", "The rules in use, by a hash of their files.", ("line", "hash"), known)
    failed = {(line,): float(bool(bot.problems)) for line, bot in by_line.items()}
    yield gauge("chatbot_rules_reload_failed", "1 if the rule files have mistakes, and older rules are in use.", _LINE, failed)


def of_build(version: str) -> Series:
    """The version of the package."""
    return gauge("chatbot_build_info", "The version of flask_chatbot.", ("version",), {(version,): 1.0})


def restriction_reason(why: str) -> str:
    """The reason of a restriction in one word, from the sentence that is kept of it.

    >>> restriction_reason("WhatsApp takes nothing to strangers (error 463)."), restriction_reason("Error 475."), restriction_reason("No.")
    ('463', 'capping', 'other')
    """
    return "463" if "463" in why else "capping" if "475" in why else "other"
