"""Tables that the app's own functions supply, for rules that look something up."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from flask_chatbot.bot.signatures import Handler
from flask_chatbot.bot.tracebacks import private, redacted
from flask_chatbot.core.deciding.rulebook import RuleBook
from flask_chatbot.core.loading.loader import short_path
from flask_chatbot.core.logs import get_logger
from flask_chatbot.core.lookups.find import Find, Row
from flask_chatbot.core.translation.translatable import tr
from flask_chatbot.core.values.messages import Message
from flask_chatbot.core.values.problems import Problem
from flask_chatbot.core.values.rows import as_dict
from flask_chatbot.errors import AnswerFailed

MESSAGE = "message"  # a parameter that any of these functions may have, beside columns

log = get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class SuppliedTable:
    """A function that returns rows, or one, as dicts or rows of a database.

    It gets the values of the columns that its parameters name, and looks for these itself; by all others its rows are picked here.
    """

    name: str
    handler: Handler

    def find(self, find: Find, wanted: Mapping[str, object], message: Message) -> list[Row]:
        """The first rows with these values; raise `AnswerFailed` if the function fails, with the reason in the log."""
        asked = {name: wanted.get(name) for name in self.handler.parameters}
        try:
            returned = self.handler({**asked, MESSAGE: message})
            others = {name: value for name, value in wanted.items() if name not in self.handler.parameters}
            return find.picked(find.nearest(self._rows(returned), others), lambda row: row)
        except AnswerFailed:
            raise
        except Exception as error:
            log.error(
                "the table %r, %s at %s, failed\n%s", self.name, self.handler.name, self.handler.mark, redacted(error, private(message))
            )
            raise AnswerFailed(f"the table {self.name!r} raised {type(error).__name__}") from error

    def _rows(self, returned: object) -> Iterator[dict[str, object]]:
        """Yield what was returned as dicts: one row, or several, or none."""
        one = as_dict(returned)
        several = () if returned is None else [one] if one is not None else returned
        if not isinstance(several, Iterable) or isinstance(several, str):
            raise AnswerFailed(self._wrong(several))
        for each in several:
            row = as_dict(each)
            if row is None:
                raise AnswerFailed(self._wrong(each))
            yield row

    def _wrong(self, value: object) -> str:
        place = f"{self.handler.name} at {self.handler.mark}"
        return f"{place} returned {type(value).__name__} for the table {self.name!r}. Return a dict, a list of dicts, or None"

    def check(self, book: RuleBook) -> Iterator[Problem]:
        """Yield what else has the name of the table, and the rules that look it up by other names than the function asks for."""
        yield from self._namesakes(book)
        for rule in book.rules:
            find = rule.find
            if find is None or find.table != self.name:
                continue
            for name in self.handler.parameters:
                if name not in (*find.by, MESSAGE):
                    message = tr(
                        "{handler} wants {parameter!r}, and rule {rule!r} at {mark} does not look the table {table!r} up by it. "
                        "Write `by: {parameter}` there, or leave it out here.",
                        handler=self.handler.name,
                        parameter=name,
                        rule=rule.name,
                        mark=rule.mark,
                        table=self.name,
                    )
                    yield Problem(self.handler.mark, message)

    def _namesakes(self, book: RuleBook) -> Iterator[Problem]:
        """Yield the file and the rows of the table's name, since a rule that looks it up could mean only one of them."""
        names: dict[str, object] = {"handler": self.handler.name, "table": self.name}
        if self.name in book.tables:
            message = tr(
                "{handler} supplies the table {table!r}, and so does a file under `tables:` in {file}. Remove one of them.",
                **names,
                file=short_path(book.files[0]),
            )
            yield Problem(self.handler.mark, message)
        for rule in book.rules:
            if rule.save is not None and rule.save.name == self.name:
                message = tr(
                    "{handler} supplies the table {table!r}, and rule {rule!r} at {mark} saves rows to it. Give one of them another name.",
                    **names,
                    rule=rule.name,
                    mark=rule.mark,
                )
                yield Problem(self.handler.mark, message)
