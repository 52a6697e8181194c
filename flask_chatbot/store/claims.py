"""Claims on rows, messages and callbacks alike: a lease, a fence, and a count of the workers that crashed on the row.

A crash counts only if the row was tried alone (`begun`): anything else its worker had claimed is innocent.
"""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, Table, Update, bindparam, case, select, update

from flask_chatbot.database.statements import word


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimStatements:
    """The SQL statements for one table of such rows.

    `over` is true of a claim whose lease ended by `now`. `claim` takes `seqs`, the end of the lease, and whether each is tried `alone`;
    `held` selects the fences of `seqs`. For the result of a try: `sent` and `back` (never tried) take `seqs`; `later` takes one, `held`.
    """

    over: ColumnElement[bool]
    claim: Update
    held: Select[tuple[int, int]]
    sent: Update
    later: Update
    back: Update


def claim_statements(table: Table) -> ClaimStatements:
    """Return the statements for a table that has the columns of a queue."""
    c = table.c
    some = update(table).where(c.seq.in_(bindparam("seqs", expanding=True)))
    claimed = {
        "state": "claimed",
        "fence": c.fence + 1,
        "tries": c.tries + 1,
        "crashes": case((c.begun, c.crashes + 1), else_=c.crashes),
        "begun": bindparam("alone"),
        "leased_until": bindparam("until"),
    }
    again = {"state": "queued", "due_at": bindparam("due"), "error": bindparam("why"), "crashes": 0, "begun": False}
    given_back = {"state": case((c.begun, "claimed"), else_="queued"), "begun": False, "leased_until": 0.0, "tries": c.tries - 1}
    return ClaimStatements(
        over=(c.state == word("claimed")) & (c.leased_until <= bindparam("now")),
        claim=some.values(claimed),
        held=select(c.seq, c.fence).where(c.seq.in_(bindparam("seqs", expanding=True)), c.state == word("claimed")).with_for_update(),
        sent=some.values(state="sent", error=None, settled_at=bindparam("now")),
        later=update(table).where(c.seq == bindparam("held")).values(again),
        back=some.values(given_back),
    )
