"""`Dialogue`: the form that waits for a person's answer, and the menus last shown."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from flask_chatbot.core.conversation.choosing import chosen_number
from flask_chatbot.core.conversation.forms import Form, together
from flask_chatbot.core.conversation.heard import Heard
from flask_chatbot.core.conversation.memory import on_line
from flask_chatbot.core.language.sentences import Language, say
from flask_chatbot.core.values.chats import group_chat
from flask_chatbot.core.values.contents import Choice
from flask_chatbot.core.values.messages import Message
from flask_chatbot.core.values.replies import TEXT_LIMIT

PATIENCE = 15 * 60.0  # seconds a form waits for its answer, and a menu for a choice
DAY = 24 * 3600.0  # seconds that a form set aside, and a menu that has ended, are kept for who comes back
ASIDES_LIMIT = 4  # forms set aside before the last one
MENUS_LIMIT = 10  # menus that can be gone back through
OUT = "0"  # goes back to the menu before, or declines suggestions


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownMenu:
    """A menu as it was shown: its rule, the text above it, and for each entry its words and target rule."""

    rule: str
    text: str = ""
    entries: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """The suggestions of the fallback of that name: the words of each, and its rule.

    `is_menu` if they were shown with numbers, and not within the text of the fallback.
    """

    rule: str
    entries: tuple[tuple[str, str], ...]
    is_menu: bool = True

    def taken(self, heard: Heard) -> str | None:
        """The rule that a text, in any of its readings, takes: the first by a yes, any by its number or its words.

        >>> from flask_chatbot.core.language.readings import Folding
        >>> offer = Offer(rule="bawaan", entries=(("jam buka", "jam"), ("harga", "harga")))
        >>> [offer.taken(Heard(said, frozenset({said}), Folding())) for said in ("ya", "2", "harga", "0")]
        ['jam', 'harga', 'harga', None]
        """
        if heard.means("yes"):
            return self.entries[0][1]
        by_number = (rule for number, (_, rule) in enumerate(self.entries, 1) if self.is_menu and str(number) in heard.said)
        by_words = (rule for words, rule in self.entries if heard.folding.fold(words) in heard.said)
        return next(by_number, None) or next(by_words, None)

    def declined(self, heard: Heard) -> bool:
        """True if a text takes none of them."""
        return (self.is_menu and "0" in heard.said) or heard.means("no")


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialogue:
    """The state of one person's conversation in one chat; times are epoch seconds. The last of `menus` is the latest.

    `aside` is the form set aside last, and `below` are those before it, with their ends. `is_below` if a choice from the last menu led to a
    rule without a menu, so that going back shows the menu itself. The `offer` is for the next message only.
    """

    form: Form | None = None
    form_until: float = 0.0
    aside: Form | None = None
    aside_until: float = 0.0
    aside_said: bool = False
    below: tuple[tuple[Form, float], ...] = ()
    menus: tuple[ShownMenu, ...] = ()
    menus_until: float = 0.0
    have_ended: bool = False
    is_below: bool = False
    offer: Offer | None = None
    offered_at: float = 0.0

    def at(self, now: float) -> "Dialogue":
        """The part of it that still counts; a form that nobody has answered in time is set aside."""
        form = self.form if self.form_until > now else None
        menus = self.menus if self.menus_until + DAY > now else ()
        offer = self.offer if self.offered_at + PATIENCE > now else None
        late = self if self.form is None or form else self.set_aside(self.form, self.form_until)
        aside = late.aside if late.aside_until > now else None
        return Dialogue(
            form=form,
            form_until=self.form_until if form else 0.0,
            aside=aside,
            aside_until=late.aside_until if aside else 0.0,
            aside_said=late.aside_said and bool(aside),
            below=tuple((each, until) for each, until in late.below if until > now),
            menus=menus,
            menus_until=self.menus_until if menus else 0.0,
            have_ended=bool(menus) and self.menus_until <= now,
            is_below=self.is_below and bool(menus),
            offer=offer,
            offered_at=self.offered_at if offer else 0.0,
        )

    @property
    def until(self) -> float:
        """The time when all of it has expired; 0 where there is nothing to expire."""
        form_until = self.form_until + DAY if self.form else 0.0
        offer_until = self.offered_at + PATIENCE if self.offer else 0.0
        return max(form_until, self.aside_until, self.menus_until + DAY if self.menus else 0.0, offer_until)

    def set_aside(self, form: Form, now: float, is_said: bool = False) -> "Dialogue":
        """The dialogue with a form put away for a day, unless nothing was given in it yet and nobody `is_said` to be able to go on."""
        if not (is_said or any(form.texts.values())):
            return self
        others = self.below if self.aside is None else (*self.below, (self.aside, self.aside_until))
        below = tuple(each for each in others if each[0].rule != form.rule)[-ASIDES_LIMIT:]
        return replace(self, aside=replace(form, wrong=0), aside_until=now + DAY, aside_said=False, below=below)

    def resumed(self) -> "Dialogue":
        """The dialogue without the form that was set aside last; the one before comes next."""
        aside, until = self.below[-1] if self.below else (None, 0.0)
        return replace(self, aside=aside, aside_until=until, aside_said=False, below=self.below[:-1])

    def without_asides_of(self, rule: str) -> "Dialogue":
        """The dialogue without a form of a rule that was set aside."""
        if self.aside is None:
            return self
        kept = replace(self, below=tuple(each for each in self.below if each[0].rule != rule)) if self.below else self
        return kept.resumed() if self.aside.rule == rule else kept

    def aside_of(self, rule: str) -> Form | None:
        """The form of a rule that was set aside, if it was."""
        asides = (*(form for form, _ in self.below), self.aside)
        return next((form for form in asides if form is not None and form.rule == rule), None)

    def asking(self, form: Form, now: float, patience: float = PATIENCE) -> "Dialogue":
        """The dialogue with a form that waits for an answer; one of the same rule that was set aside is begun anew."""
        return replace(self.without_asides_of(form.rule), form=form, form_until=now + patience)

    def offering(self, offer: Offer, now: float) -> "Dialogue":
        """The dialogue with suggestions made."""
        return replace(self, offer=offer, offered_at=now)

    def heard(self) -> "Dialogue":
        """The dialogue without suggestions, which were for this message."""
        return replace(self, offer=None, offered_at=0.0) if self.offer else self

    def left(self) -> "Dialogue":
        """The dialogue without its form."""
        return replace(self, form=None, form_until=0.0)

    def showing(self, menu: ShownMenu, now: float, patience: float = PATIENCE) -> "Dialogue":
        """The dialogue with a menu shown; a menu shown before is returned to, so that circular menus do not pile up."""
        rules = [each.rule for each in self.menus]
        before = self.menus[: rules.index(menu.rule)] if menu.rule in rules else self.menus
        return replace(self, menus=(*before, menu)[-MENUS_LIMIT:], menus_until=now + patience, have_ended=False, is_below=False)

    def number(self, heard: Heard) -> int | None:
        """The number by which a text chooses in the menu shown last, also one that it does not have."""
        return chosen_number(heard, [words for words, _ in self.menus[-1].entries]) if self.menus else None

    def chosen(self, heard: Heard) -> str | None:
        """The rule that a text chooses in the menu shown last: by its number or its words.

        >>> from flask_chatbot.core.conversation.heard import hear
        >>> from flask_chatbot.core.language.readings import Folding
        >>> menu = ShownMenu(rule="menu", entries=(("Daftar harga", "harga"), ("Lokasi toko", "lokasi")))
        >>> dialogue = Dialogue(menus=(menu,), menus_until=1.0)
        >>> [dialogue.chosen(hear(said, Folding())) for said in ("no 2", "daftar harga", "3")]
        ['lokasi', 'harga', None]
        """
        entries = self.menus[-1].entries if self.menus and not self.have_ended else ()
        by_words = next((rule for words, rule in entries if heard.folding.fold(words) in heard.said), None)
        number = self.number(heard) if entries else None
        return entries[number - 1][1] if number and number <= len(entries) else by_words

    def back(self, heard: Heard) -> ShownMenu | None:
        """The menu that a ``0`` leads back to; None for another text, and where there is no way back."""
        menus = () if self.have_ended else self.menus if self.is_below else self.menus[:-1]
        return menus[-1] if menus and ("0" in heard.said or heard.means("back")) else None


NOWHERE = Dialogue()


def chat_key(message: Message) -> str:
    """The key of a message's chat among its sender's dialogues: on each line one for each group, and one for all private chats.

    >>> chat_key(Message(text="menu")), chat_key(Message(text="menu", chat="group", group="120363041234567890"))
    ('private', '120363041234567890@g.us')
    """
    return on_line(message.line, group_chat(message.group) if message.group else message.chat)


def menu_choices(menu: ShownMenu, has_back: bool, language: Language) -> tuple[Choice, ...]:
    """The choices of a menu, each with the name of its rule as id; the last may lead back."""
    entries = (Choice(rule, words) for words, rule in menu.entries)
    return (*entries, Choice(OUT, say(language, "menu_back"))) if has_back else tuple(entries)


def offer_choices(offer: Offer, language: Language) -> tuple[Choice, ...]:
    """The choices of suggestions shown with numbers; the last declines them."""
    return (*(Choice(rule, words) for words, rule in offer.entries), Choice(OUT, say(language, "not_suggested")))


def numbered(choices: Sequence[Choice]) -> list[str]:
    """A line for each choice, with the number that takes it.

    >>> numbered([Choice("harga", "Daftar harga"), Choice("0", "Kembali")])
    ['1. Daftar harga', '0. Kembali']
    """
    last = len(choices)
    return [f"{OUT if choice.id == OUT and number == last else number}. {choice.title}" for number, choice in enumerate(choices, 1)]


def menu_text(menu: ShownMenu, has_back: bool, language: Language) -> str:
    """A menu as one message; the text above it is cut if it would be too long.

    >>> from flask_chatbot.core.language.sentences import language_of
    >>> print(menu_text(ShownMenu(rule="menu", text="Silakan pilih.", entries=(("Daftar harga", "harga"),)), True, language_of("id")))
    Silakan pilih.
    1. Daftar harga
    0. Kembali
    """
    lines = together(*numbered(menu_choices(menu, has_back, language)))[:TEXT_LIMIT]
    return together(menu.text[: max(TEXT_LIMIT - len(lines) - 1, 0)], lines)


def offer_text(offer: Offer, language: Language) -> str:
    """The suggestions as one message, or the part of it below the text of the fallback.

    >>> from flask_chatbot.core.language.sentences import language_of
    >>> print(offer_text(Offer(rule="bawaan", entries=(("jam buka", "jam"),)), language_of("id")))
    Mungkin maksudnya:
    1. jam buka
    0. Bukan itu
    """
    return together(say(language, "suggested"), *numbered(offer_choices(offer, language)))[:TEXT_LIMIT]
