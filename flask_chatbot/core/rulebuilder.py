"""One entry of ``rules:``, compiled."""

from collections.abc import Mapping
from typing import Any

from flask_chatbot.core.fieldbuilder import RESERVED, build_fields
from flask_chatbot.core.fields import Field, FieldType
from flask_chatbot.core.fieldtypes import FIELD_TYPES
from flask_chatbot.core.folding import Folding
from flask_chatbot.core.places import Place
from flask_chatbot.core.replybuilder import ReplyBuilder
from flask_chatbot.core.rules import Keyword, Rule
from flask_chatbot.core.templates import Sandbox

# What every template may use, with the type of its value; "" where it has parts of its own.
NAMES = {"nama": "text", "nohp": "text", "data": "", "text": "text", "keyword": "text", "now": "datetime"}


class RuleBuilder:
    """Compiles the rules of one book."""

    def __init__(self, folding: Folding, sandbox: Sandbox, types: Mapping[str, FieldType], var_names: Mapping[str, str]) -> None:
        self.folding = folding
        self.sandbox = sandbox
        self.types = types
        self.names = NAMES | dict(var_names)

    def build(self, place: Place, position: int) -> Rule:
        """The rule at `place`; what is wrong with it is told, and it comes out as usable as can be."""
        data: dict[str, Any] = place.data
        keywords = self.keywords(place.at("keyword"))
        fields = build_fields(place.at("fields"), self.types, self.sandbox)
        needs = self.needs(place.at("needs"))
        fielded = {field.name: field.type if field.type in FIELD_TYPES else "" for field in fields or ()}
        replies = ReplyBuilder(self.sandbox, self.names | fielded | dict.fromkeys(needs, ""))
        refusals = ReplyBuilder(self.sandbox, self.names | fielded)
        rule = Rule(
            name=data.get("name") or next((keyword.written for keyword in keywords), "fallback"),
            is_named="name" in data,
            mark=place.mark(),
            position=position,
            keywords=keywords,
            fallback=data.get("fallback", False),
            priority=data.get("priority", 0),
            fields=fields,
            needs=needs,
            on_invalid=data.get("on_invalid", "reply" if "invalid" in data else "explain"),
            invalid=refusals.build(place.at("invalid")),
            reply=replies.build(place.at("reply")),
        )
        self.check(place, rule)
        return rule

    def needs(self, place: Place) -> tuple[str, ...]:
        """The names a Python handler supplies."""
        for entry in place.entries():
            if not entry.data.isidentifier() or entry.data in RESERVED:
                entry.tell(f"{entry.data!r} cannot be the name of a value. Use letters, digits and _, beginning with a letter.")
        return tuple(entry.data for entry in place.entries())

    def keywords(self, place: Place) -> tuple[Keyword, ...]:
        """The keywords, those that fold to the same text taken once."""
        found: dict[tuple[str, bool], Keyword] = {}
        for entry in place.entries():
            written = entry.data.strip()
            takes_fields = written.endswith("#")
            literal = self.folding.fold(written.removesuffix("#"))
            if literal:
                found.setdefault((literal, takes_fields), Keyword(written, literal, takes_fields))
            else:
                entry.tell(f"the keyword {written!r} has nothing that could be compared. Write at least one letter, digit or sign.")
        return tuple(found.values())

    def check(self, place: Place, rule: Rule) -> None:
        """What each key may be right on its own, and wrong beside the others."""
        if not (rule.keywords or rule.fallback or "name" in place.data or "keyword" in place.data):
            place.tell("this rule has neither a 'keyword' nor a 'name', so nothing leads to it. Give it one.")
        if rule.fields is not None:
            self.check_fields(place, rule, rule.fields)
        for key in ("on_invalid", "invalid"):
            if rule.fields is None and key in place.data:
                place.at(key).tell(f"{key!r} needs 'fields', whose values could be wrong. Add them, or remove it.", key=True)

    def check_fields(self, place: Place, rule: Rule, fields: tuple[Field, ...]) -> None:
        if not any(keyword.takes_fields for keyword in rule.keywords):
            written = rule.keywords[0].written if rule.keywords else "penawaran"
            place.at("fields").tell(f"'fields' needs a keyword that ends in #, such as `keyword: {written}#`.", key=True)
        if rule.on_invalid == "reply" and "invalid" not in place.data:
            place.at("on_invalid").tell("'on_invalid: reply' needs the reply to send. Add 'invalid:' to the rule.", key=True)
        if rule.on_invalid == "explain" and "invalid" in place.data:
            place.at("invalid").tell("'invalid' is never sent while 'on_invalid' is explain. Remove one of them.", key=True)
