"""Rows that rules save in tests and trials, where no store keeps them, and what their customers would be reminded of."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time

from flask_chatbot.core.deciding.decision import Decision
from flask_chatbot.core.deciding.reminders import Plan, RowAs, beginning, ending, text_of_state
from flask_chatbot.core.deciding.rulebook import RuleBook
from flask_chatbot.core.deciding.staff_turn import customer_of
from flask_chatbot.core.deciding.taking import row_of
from flask_chatbot.core.fields.field import Context, Field
from flask_chatbot.core.lookups.cell_readers import AS_TEXT, CellReader
from flask_chatbot.core.lookups.find import NUMBERS, Row
from flask_chatbot.core.lookups.short_rows import STATE, ShortRows
from flask_chatbot.core.matching.rule import Rule
from flask_chatbot.core.values.actions import Save
from flask_chatbot.core.values.messages import Message, Sender
from flask_chatbot.core.values.saving.numbering import RowNumber


def numbered(rows: ShortRows, rule: Rule, now: datetime) -> dict[str, object]:
    """The name `saved` with the number that the next row of a rule gets; nothing for a rule that saves none.

    >>> from flask_chatbot.core.values.problems import NOWHERE
    >>> rule = Rule(name="pesan", is_named=True, mark=NOWHERE, position=0, actions=(Save("pesanan"),))
    >>> numbered(ShortRows(), rule, datetime(2026, 11, 27))
    {'saved': {'number': 1}}
    """
    save = next((action for action in rule.actions if isinstance(action, Save)), None)
    return {} if save is None else {"saved": {"number": rows.next_number(save, now).shown}}


def saved_by(decision: Decision, message: Message, book: RuleBook, number: RowNumber | None = None) -> RowAs | None:
    """The row that a decision saves, under that number, or as the first; None for one that saves nothing."""
    save = next((action for action in decision.actions if isinstance(action, Save)), None)
    if save is None or decision.match is None:
        return None
    fields = row_of(decision.match, message, book.locale.language)
    sender = customer_of(book, save, fields, message.sender)
    number = number or RowNumber(number=1)
    return RowAs(save.name, number.number, fields, book.number(sender) or sender.address, sender.name, save.first_state, number.code)


def as_saved(book: RuleBook, given: Mapping[str, Sequence[Row]], context: Context) -> dict[str, list[Row]]:
    """The rows that a test gives, with the texts of typed fields as a rule saves them: "9.30" for a time, "besok" for a date."""
    return {table: [stored(row, readers_of(book, table, context)) for row in rows] for table, rows in given.items()}


def readers_of(book: RuleBook, table: str, context: Context) -> dict[str, CellReader]:
    """The readers of the fields that rules save to a table, those of a type."""
    fields = [field for rule in book.rules if rule.save is not None and rule.save.name == table for field in rule.fields or ()]
    return {
        field.name: CellReader(Field(name=field.name, type=field.type, kind=field.kind), (context,))
        for field in reversed(fields)
        if field.type not in AS_TEXT and not field.is_sent
    }


def stored(row: Row, readers: Mapping[str, CellReader]) -> Row:
    """A row with the values that a rule would have saved; what cannot be read stays as it is."""
    read = {name: readers[name].comparable(value) if name in readers else value for name, value in row.items()}
    return {name: value.isoformat() if isinstance(value, date | time) else value for name, value in read.items()}


class TrialRows(ShortRows):
    """The rows of a test or trial with the reminders of their customers, as they would be due."""

    def __init__(self, *given: object, **more: object) -> None:
        super().__init__(*given, **more)  # type: ignore[arg-type]
        self._due: dict[tuple[str, int, int], Plan] = {}
        self._customers: dict[tuple[str, int], tuple[str, str]] = {}

    @property
    def due(self) -> list[Plan]:
        """The reminders that are still to be sent, in the order in which they are."""
        return sorted((plan for plan in self._due.values() if not plan.is_past), key=lambda plan: plan.at)

    def keep(self, decision: Decision, message: Message, book: RuleBook, now: datetime) -> list[Plan]:
        """Keep the row that a decision saves; return what its customer would be reminded of."""
        save = next((action for action in decision.actions if isinstance(action, Save)), None)
        number = None if save is None else self.next_number(save, now)
        row = None if number is None else saved_by(decision, message, book, number)
        if row is None or number is None:
            return []
        is_own = row.sender == (book.number(message.sender) or message.sender.address)
        self.add(row.table, row.fields, book.person(message.sender if is_own else Sender(number=row.sender)), number, row.state)
        self._customers[row.table, row.number] = (row.sender, row.sender_name)
        return self._begin(book, row, now)

    def moved(self, book: RuleBook, table: str, number: int, state: str, sender: Sender, now: datetime) -> str | None:
        """Move a row into a state; return the text that its customer gets, None if there is no such row."""
        found = self.move(table, number, state)
        if found is None:
            return None
        before, fields = found
        own = {name: value for name, value in fields.items() if name not in (STATE, *NUMBERS)}
        code = written if isinstance(written := fields[NUMBERS[0]], str) else ""
        customer = self._customers.get((table, number), (book.number(sender) or sender.address, sender.name))
        row = RowAs(table, number, own, *customer, state, code)
        if before == state:
            return ""
        for place in ending(book, row):
            self._due.pop((table, number, place), None)
        self._begin(book, row, now, before)
        return text_of_state(book, row)

    def _begin(self, book: RuleBook, row: RowAs, now: datetime, before: str | None = None) -> list[Plan]:
        plans = list(beginning(book, row, now, before=before))
        self._due.update({(row.table, row.number, plan.place): plan for plan in plans})
        return plans
