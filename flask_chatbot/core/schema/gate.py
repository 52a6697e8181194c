"""Checks data against the schema: a fast yes, and for a no the reasons from jsonschema, which is the authority and slow."""

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

from flask_chatbot.core.schema.repair import found as value_at
from flask_chatbot.core.schema.shape import SCHEMA

if TYPE_CHECKING:
    from flask_chatbot.core.schema.complaints import Complaint


def schema_complaints(data: Any) -> "list[Complaint]":
    """All complaints of the schema about plain data; empty for valid data."""
    if gate()(data):
        return []
    from jsonschema import Draft7Validator  # here, since it takes a while to import and good files never need it

    from flask_chatbot.core.schema.complaints import complaints

    errors = ((error, value_at(data, tuple(error.absolute_path)[:-1])) for error in Draft7Validator(SCHEMA).iter_errors(data))
    found = dict.fromkeys(complaint for error, beside in errors for complaint in complaints(error, beside))
    closed = {complaint.path[:-1] if complaint.at_key else complaint.path for complaint in found if complaint.says_all}
    meant = {(*complaint.path[:-1], complaint.meant) for complaint in found if complaint.meant}
    found = {complaint: None for complaint in found if (*complaint.path, complaint.lacks) not in meant}
    return [each for each in found if each.says_all or not any(each.path[:size] in closed for size in range(len(each.path) + 1))]


@cache
def gate() -> Callable[[Any], bool]:
    """Return a fast check that says True of valid data. Without a wheel for it the check is always False, and jsonschema sees all data."""
    try:
        from jsonschema_rs import Draft7Validator
    except ImportError:
        return lambda data: False
    is_valid = Draft7Validator(SCHEMA).is_valid

    def passes(data: Any) -> bool:
        try:
            return is_valid(data)
        except (TypeError, ValueError):  # values that no JSON has, in a rule that was written in Python
            return False

    return passes
