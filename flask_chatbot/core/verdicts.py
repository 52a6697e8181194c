"""Why a rule won, and why each of the others did not."""

from dataclasses import dataclass

from flask_chatbot.core.engine import Decision
from flask_chatbot.core.matching import Candidate, Kind
from flask_chatbot.core.rules import RuleBook

KINDS = {Kind.KEYWORD: "keyword", Kind.FIELDS: "keyword with #", Kind.FALLBACK: "fallback"}


@dataclass(frozen=True, slots=True)
class Verdict:
    """One rule that a text matches: by what, and why it won or lost."""

    candidate: Candidate
    why: str

    def __str__(self) -> str:
        rule, kind, literal, _ = self.candidate
        by = f"by {KINDS[kind]} {literal!r}" if literal else "as fallback"
        return f"{rule.name} ({rule.mark}) {by}, priority {rule.priority}: {self.why}"


def explain(book: RuleBook, text: str, decision: Decision | None = None) -> tuple[Verdict, ...]:
    """Every rule a text matches, in the order in which they are tried; `decision` is what came of it where handlers were run."""
    candidates = book.index.candidates(text)
    if decision is None:
        return tuple(Verdict(candidate, why(candidate, candidates[0])) for candidate in candidates)
    if decision.match is None:
        return tuple(Verdict(candidate, "no answer: skipped by its handler, or not asked") for candidate in candidates)
    answered = decision.match.rule
    place = next((place for place, candidate in enumerate(candidates) if candidate.rule is answered), 0)
    skipped = [Verdict(candidate, "its handler skipped") for candidate in candidates[:place]]
    return (*skipped, *(Verdict(candidate, why(candidate, candidates[place])) for candidate in candidates[place:]))


def why(candidate: Candidate, winner: Candidate) -> str:
    """Why a candidate won or lost, in the documented order of what decides."""
    if candidate is winner:
        return "wins"
    if candidate.kind is Kind.FALLBACK and winner.kind is not Kind.FALLBACK:
        return "a fallback answers only what no other rule does"
    reasons = (
        f"its priority is lower than {winner.rule.priority}",
        f"a {KINDS[winner.kind]} goes first",
        f"its keyword is shorter than {winner.literal!r}",
        f"it stands after {winner.rule.name} in the files",
    )
    pairs = zip(candidate.rank(), winner.rank(), reasons, strict=True)
    return next((reason for ours, theirs, reason in pairs if ours != theirs), "it won already by another keyword")
