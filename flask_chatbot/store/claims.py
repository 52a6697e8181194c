"""Claims on rows, messages and callbacks alike: a lease, a fence, and a count of the workers that crashed with the row in hand.

After one crash, a row is claimed together with others once more: most workers are ended by something else. After a second it is tried
alone (`begun`), so that the next crash is its own.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, ColumnElement, Select, Table, Update, bindparam, case, select, update
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from flask_chatbot.database.statements import word


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimStatements:
    """The SQL statements for one table of such rows.

    Of claims whose lease ended by `now`, `crashed_once` is true of those whose worker was the first that crashed with them, and
    `crashed_again` of the others. `claim` takes `seqs`, the end of the lease, and whether each is tried `alone`; `held` selects the
    fences of `seqs`. For the result of a try: `sent` and `back` (never tried) take `seqs`; `later` takes one, `held`.
    """

    crashed_once: ColumnElement[bool]
    crashed_again: ColumnElement[bool]
    claim: Update
    held: Select[tuple[int, int]]
    sent: Update
    later: Update
    back: Update


def claim_statements(table: Table) -> ClaimStatements:
    """Return the statements for a table that has the columns of a queue."""
    c = table.c
    is_claimed = c.state == word("claimed")
    is_over = is_claimed & (c.leased_until <= bindparam("now"))
    some = update(table).where(c.seq.in_(bindparam("seqs", expanding=True)))
    claimed = {
        "state": "claimed",
        "fence": c.fence + 1,
        "tries": c.tries + 1,
        "crashes": case((is_claimed, c.crashes + 1), else_=c.crashes),
        "begun": bindparam("alone"),
        "leased_until": bindparam("until"),
    }
    again = {"state": "queued", "due_at": bindparam("due"), "error": bindparam("why"), "crashes": 0, "begun": False}
    return ClaimStatements(
        crashed_once=is_over & (c.crashes == 0),
        crashed_again=is_over & (c.crashes > 0),
        claim=some.values(claimed),
        held=select(c.seq, c.fence).where(c.seq.in_(bindparam("seqs", expanding=True)), c.state == word("claimed")).with_for_update(),
        sent=some.values(state="sent", error=None, settled_at=bindparam("now")),
        later=update(table).where(c.seq == bindparam("held")).values(again),
        back=some.values(_given_back(c)),
    )


def _given_back(c: ReadOnlyColumnCollection[str, Column[Any]]) -> dict[str, Any]:
    return {
        "state": case((c.begun, "claimed"), else_="queued"),
        "crashes": case((c.begun, c.crashes - 1), else_=c.crashes),  # the next claim counts its last crash again
        "begun": False,
        "leased_until": 0.0,
        "tries": c.tries - 1,
    }
