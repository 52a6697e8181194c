"""The chat page: write as a customer, and see the answer beside the reasons for it."""

from collections.abc import Mapping
from datetime import datetime
from random import SystemRandom
from typing import TYPE_CHECKING, Any

from flask import Response, request

from flask_chatbot.answering.media_urls import find_file
from flask_chatbot.bot.bot import Bot
from flask_chatbot.bot.dry_run import Tried, dry_run, pause_note
from flask_chatbot.bot.witnessing import witnessing
from flask_chatbot.console.chatting.bubbles import KIND_WORDS, TICK_WORDS, Bubble, bubbles_of, dry_bubbles
from flask_chatbot.console.chatting.customers import GROUP, Customer, Unwritable, does, read_content
from flask_chatbot.console.chatting.customers import KINDS as KINDS_TO_SEND
from flask_chatbot.console.chatting.reasons import Reason, lines_of, reasons_of
from flask_chatbot.console.routing import PageEntry, route
from flask_chatbot.console.unmatched.groupings import NearRule, near
from flask_chatbot.console.visits import Visit
from flask_chatbot.core.conversation.memory import NOTHING, ShortMemory, State, read_state, write_state
from flask_chatbot.core.conversation.tappable import tappable
from flask_chatbot.core.deciding.decision import Decision
from flask_chatbot.core.deciding.explain import explain
from flask_chatbot.core.deciding.trial_rows import TrialRows
from flask_chatbot.core.deciding.trials import KINDS
from flask_chatbot.core.translation.translatable import reason_of, tr
from flask_chatbot.core.values.actions import action_text
from flask_chatbot.core.values.chats import group_chat
from flask_chatbot.core.values.messages import Message
from flask_chatbot.transports.simulator import Simulator

if TYPE_CHECKING:
    from flask_chatbot.delivery.gateway import Gateway

SHOWN = 60  # messages of a conversation
NO_RULE = tr("Answered without a rule: by a function of the app, by a command of staff, or because the bot cannot read this.")


@route("", role="look")
def first(visit: Visit) -> Response:
    """Lead to the first page."""
    return visit.go("/chat")


@route("chat", role="look", entry=PageEntry(1, tr("Chat")))
def chat(visit: Visit) -> Response:
    """Show the phone of a customer."""
    customer = Customer.read(visit, request.args.to_dict())
    return visit.page(
        "chat.html",
        here="chat",
        customer=customer,
        lines=(lines.names if (lines := visit.console.lines()) else ()),
        is_live=live(visit, customer) is not None,
        bubbles=_bubbles(visit, customer),
        contents={kind: visit.translated(said) for kind, said in KINDS_TO_SEND.items()},
        **_may_tap(visit),
        **words(visit, bot_of(visit, customer)),
    )


@route("chat/phone", role="look")
def phone(visit: Visit) -> Response:
    """The messages on the phone, for a page that looks again."""
    customer = Customer.read(visit, request.args.to_dict())
    return visit.fragment("phone.html", bubbles=_bubbles(visit, customer), **_may_tap(visit), **words(visit, bot_of(visit, customer)))


def _may_tap(visit: Visit) -> dict[str, bool]:
    """The flag for buttons that a customer may tap on: only who may write as one."""
    return {"can_tap": visit.viewer is not None and visit.viewer.may("answer")}


@route("chat", role="answer", method="POST")
def write(visit: Visit) -> Response:
    """Write as the customer, and explain what becomes of it."""
    form, customer = visit.form, Customer.read(visit, visit.form)
    try:
        content = read_content(form)
        return _written(visit, customer, content, form.get("memory", ""))
    except Unwritable as error:
        return _explain(visit, bot_of(visit, customer), problem=visit.translated(reason_of(error)))


def _written(visit: Visit, customer: Customer, content: Message, carried: str) -> Response:
    """Explain what becomes of a message: the simulator's phone sends it where there is one, else the rules alone decide."""
    bot, simulator = bot_of(visit, customer), live(visit, customer)
    nearest = near(bot.book, content.text) if content.kind == "text" else ()
    if simulator is not None:
        tried, explained = _sent(visit, customer, content, simulator)
        return _explain(visit, bot, tried, explained, nearest=nearest)
    message, now = customer.message(content), customer.moment(bot.clock().astimezone(bot.book.locale.timezone))
    person, memory = bot.book.person(message.sender), ShortMemory()
    earlier = _unsealed(visit, carried, now)
    memory.commit(person, earlier, now.timestamp())
    explained = reasons_of(explain(bot.book, message, earlier, now, handled=bot.handlers.rules))
    tried = dry_run(bot.book, memory, TrialRows(), message, now, SystemRandom(), bot)
    sealed = visit.console.sessions.seal(write_state(memory.recall(person, now.timestamp())))
    language, decision = bot.book.locale.language, tried.decision
    replies = tappable(decision.replies, decision.choices, language, buttons=True, lists=True)
    return _explain(visit, bot, tried, explained, nearest=nearest, bubbles=dry_bubbles(content, replies), memory=sealed)


def _sent(visit: Visit, customer: Customer, content: Message, simulator: Simulator) -> tuple[Tried, tuple[Reason, ...]]:
    """Let the phone of a customer send a message; return the bot's own decision about it, which is not made again, and the reasons."""
    with witnessing() as answered:
        sent = does(simulator.phone(customer.number, name=customer.name), content, GROUP if customer.in_group else "")
    visit.record("written as a customer", customer.line)
    found = next((each for each in answered if each.message.id == sent.id), None)
    if found is None:
        return Tried(Decision(None), tr("The bot has not answered this. Its log says why.")), ()
    if found.decision.match is None and found.decision.replies:
        return Tried(found.decision, NO_RULE), ()
    reasons = explain(found.book, found.message, found.state, found.now, decision=found.decision)
    return Tried(found.decision, pause_note(found.state, found.now.timestamp())), reasons_of(reasons)


@route("chat/media/*", role="look")
def media(visit: Visit) -> Response:
    """A file beside the rules that a reply sends, as the phone shows it."""
    file = next((found for bot in visit.console.bots if (found := find_file(bot.book.media, visit.about)) is not None), None)
    if file is None:
        return visit.page("refused.html", 404, reason=visit.translated(tr("There is no such file.")))
    response = Response(file.content, content_type=file.mime)
    response.headers["Cache-Control"] = "private, max-age=3600"
    response.make_conditional(request, accept_ranges=True, complete_length=len(file.content))
    return response


def words(visit: Visit, bot: Bot) -> dict[str, Mapping[Any, str]]:
    """The words for kinds of messages, and for their status, in the language of the page; and the addresses of files beside its rules."""
    return {
        "who": {True: visit.translated(tr("Bot")), False: visit.translated(tr("Customer"))},
        "kinds": {kind: visit.translated(said) for kind, said in KIND_WORDS.items()},
        "ticks": {ticks: visit.translated(said) for ticks, said in TICK_WORDS.items()},
        "files": {url: f"{visit.base}/chat/media/{each.sha256}" for url, each in bot.book.media.items()},
    }


def _explain(
    visit: Visit,
    bot: Bot,
    tried: Tried | None = None,
    reasons: tuple[Reason, ...] = (),
    *,
    nearest: tuple[NearRule, ...] = (),
    bubbles: tuple[Bubble, ...] | None = None,
    memory: str = "",
    problem: str = "",
) -> Response:
    match = tried.decision.match if tried else None
    return visit.page(
        "tried.html",
        422 if problem else 200,
        tried=tried,
        reasons=reasons,
        nearest=nearest,
        bubbles=bubbles,
        memory=memory,
        problem=problem,
        source=lines_of(visit.console.bots, match.rule.mark) if match else "",
        types={field.name: field.type for field in match.rule.fields or ()} if match else {},
        actions=[action_text(action) for action in tried.decision.actions] if tried else [],
        kind_words=KINDS,
        **_may_tap(visit),
        **words(visit, bot),
    )


def gateway_of(visit: Visit, customer: Customer) -> "Gateway | None":
    """The gateway of the line by which a customer writes."""
    lines = visit.console.lines()
    return lines.of(customer.line) if lines else None


def bot_of(visit: Visit, customer: Customer) -> Bot:
    """The bot that answers a customer: a line may have rules of its own."""
    gateway = gateway_of(visit, customer)
    return visit.console.bots.own if gateway is None else gateway.bot


def live(visit: Visit, customer: Customer) -> Simulator | None:
    """The simulator, if a customer writes to one that is open in this process; else the page decides without sending."""
    gateway = gateway_of(visit, customer)
    if gateway is None or customer.time or not isinstance(gateway.transport, Simulator) or not gateway.proxy.is_open:
        return None  # whoever writes at another time of day does so nowhere but here
    return gateway.transport


def _unsealed(visit: Visit, sealed: str, now: datetime) -> State:
    """The memory of the conversation so far, which the page carries: any process may answer the next message."""
    written = visit.console.sessions.unseal(sealed) if sealed else None
    return NOTHING if written is None else read_state(written, 0, now.timestamp() + 86_400, now.timestamp())


def _bubbles(visit: Visit, customer: Customer) -> tuple[Bubble, ...]:
    if live(visit, customer) is None:
        return ()
    from flask_chatbot.store import people
    from flask_chatbot.store.console.conversations import conversation

    with visit.console.database().reading() as connection:
        person = people.find(connection, customer.number)
        chats = [group_chat(GROUP)] if customer.in_group else []
        found = [] if person is None else conversation(connection, [*people.ids_of(connection, person), *chats], SHOWN)
    return bubbles_of(found, visit.console.bots.own.book.locale, visit.text)
