"""Compiles one entry of ``rules:``."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any, Literal

from flask_chatbot.core.fields.field import Field, FieldType
from flask_chatbot.core.language.readings import Folding
from flask_chatbot.core.loading.addresses import LocalFiles
from flask_chatbot.core.loading.conditions import build_condition, build_duration
from flask_chatbot.core.loading.dialogue import NOBODY, Asking, Staff, build_actions, build_asking, build_confirm, build_menu
from flask_chatbot.core.loading.fields import RESERVED, FieldBuilder, type_of_field
from flask_chatbot.core.loading.lookups.finds import KnownTables, TableSources
from flask_chatbot.core.loading.lookups.read_cells import cell_contexts
from flask_chatbot.core.loading.lookups.saved_columns import SavedColumns, saved_type
from flask_chatbot.core.loading.lookups.saves import SaveTexts, build_save
from flask_chatbot.core.loading.places import Place
from flask_chatbot.core.loading.replies import ReplyBuilder
from flask_chatbot.core.loading.tests import build_test
from flask_chatbot.core.loading.texts import compile_template
from flask_chatbot.core.loading.triggers import KEYS, build_kinds, check_sends, names_sent
from flask_chatbot.core.lookups.find import Find
from flask_chatbot.core.matching.rule import Rule
from flask_chatbot.core.reminding.quiet import NIGHT, Quiet
from flask_chatbot.core.templates.template import Sandbox, has_marks
from flask_chatbot.core.templates.types import TEXTS, Names, Type
from flask_chatbot.core.translation.translatable import tr
from flask_chatbot.core.values.actions import Save

OnInvalid = Literal["explain", "ask", "reply"]
LEADING = frozenset({"name", "sends", *KEYS})  # the keys by which a rule is reached
FOUND_OTHERWISE = frozenset({"pattern", "contains", "similar"})  # keys by which a rule is found without a part behind the #
OTHER_TEXTS = frozenset({"otherwise", "invalid", "failed", "confirm", "notify", "not_found"})  # templates beside the reply
AS_WRITTEN = frozenset({"fallback", "priority", "guess", "tries", "interrupt", "paste"})  # keys whose values are those of the rule
# Keys that are built without a look at the others, from the entries under them.
BUILT: Mapping[str, Callable[[list[Place]], Any]] = {
    "once_per": build_duration,
    "patience": build_duration,
    "menu": build_menu,
    "tests": lambda entries: tuple(build_test(entry, is_under_rule=True) for entry in entries),
}
SUPPLYING = frozenset({"needs", "save"})  # keys that give names to the templates of replies
ANSWERS = ("reply", "otherwise", "invalid", "failed", "not_found")
COSTLY = (
    "keyword",
    "sapaan",
    "now",
    "is_open",
    "next_open",
    "suggestion",
)  # names that the engine looks up for the rules that mention them
ONLY_FALLBACK: Names = {"suggestion": Type("text", optional=True)}
# What every template may use, with the type of its value.
NAMES: Names = {
    "nama": "text",
    "nohp": "text",
    "sapaan": "text",
    "data": TEXTS,
    "text": "text",
    "keyword": "text",
    "now": "datetime",
    "is_open": "yesno",
    "next_open": Type("datetime", optional=True),
}


def on_invalid(data: Mapping[str, Any], asks: bool) -> OnInvalid:
    """The reaction to a wrong value: the rule's own setting, or the default for its keys; nobody sends a file again for a number."""
    implied: OnInvalid = "ask" if asks else "reply" if "invalid" in data else "explain"
    return data.get("on_invalid") or implied


def parts_of(fields: Sequence[Field]) -> Type:
    """The type of `data` in a rule with fields: at least as long as the last required field."""
    texts = [field for field in fields if not field.is_sent]
    wanted = [number for number, field in enumerate(texts, 1) if not (field.may_be_left_out or field.condition)]
    return texts_at_least(wanted[-1]) if wanted else TEXTS


@cache
def texts_at_least(count: int) -> Type:
    """The type of a list of so many texts or more, one for all rules alike."""
    return TEXTS._replace(least=count)


class RuleBuilder:
    """Compiles the rules of one book."""

    def __init__(
        self,
        folding: Folding,
        sandbox: Sandbox,
        types: Mapping[str, FieldType],
        var_names: Names,
        files: LocalFiles,
        sources: TableSources,
        has_hours: bool = False,
        staff: Staff = NOBODY,
        quiet: Quiet | None = NIGHT,
    ) -> None:
        self.folding = folding
        self.sandbox = sandbox
        self.types = types
        self.names: Names = {**NAMES, **var_names}
        self.files = files
        self.has_hours = has_hours
        self.staff = staff
        self.quiet = quiet
        self.small_talk = folding.words.small_talk
        self.field_builder = FieldBuilder(types, sandbox, has_hours, self.options_from)
        saved = SavedColumns(sources.entries, lambda place: build_asking(place, self.field_builder).fields or ())
        self.tables = KnownTables(sources.csv, saved, sources.python, cell_contexts(sandbox.locale, folding))

    @property
    def shared(self) -> dict[str, Any]:
        """The parts that a book takes over as they are."""
        return {"locale": self.sandbox.locale, "folding": self.folding, "sandbox": self.sandbox}

    def options_from(self, place: Place) -> tuple[str, ...]:
        """The options that a column of a table gives."""
        return self.tables.options(place)

    def build(self, place: Place, position: int) -> Rule:
        """Build the rule at `place`; mistakes are reported, and the rule is as usable as possible."""
        data: dict[str, Any] = place.data
        kinds = build_kinds(place, self.folding)
        asking = build_asking(place, self.field_builder)
        groups = kinds.groups(asking.fields or ())
        rule = Rule(
            name=data.get("name") or kinds.first,
            is_named="name" in data,
            mark=place.mark(),
            position=position,
            keywords=kinds.keywords,
            patterns=kinds.patterns,
            contains=kinds.contains,
            similar=tuple(kinds.similar),
            similar_written=tuple(kinds.similar.values()),
            small_talk=data.get("small_talk", kinds.is_small_talk(self.small_talk)),
            fields=asking.fields,
            groups=groups,
            needs=self.needs(place.each("needs")),
            **self.answers(place, self.known(data, asking, groups, kinds.sends), asking.fields or (), kinds.sends, groups),
            **self.conditions(place),
            **self.others(place, asking, kinds.sends),
        )
        self.check(place, rule, kinds.named)
        return rule

    def known(self, data: Mapping[str, Any], asking: Asking, groups: Iterable[str], sends: Sequence[str]) -> Names:
        """The names that a rule's templates may use, each with the type of its value."""
        fields = asking.fields or ()
        if not (fields or groups or sends or data.get("fallback")):
            return self.names
        names: dict[str, str | Type] = dict(self.names)
        if data.get("fallback"):
            names |= ONLY_FALLBACK
        if sends:
            names |= names_sent(sends, may_ask=on_invalid(data, asking.asks or asking.takes_sent) == "ask")
        names |= dict.fromkeys(groups, "text")
        if fields and FOUND_OTHERWISE.isdisjoint(data):
            names["data"] = parts_of(fields)
        return names | {field.name: type_of_field(field) for field in fields}

    def needs(self, entries: Sequence[Place]) -> tuple[str, ...]:
        """The names that a Python handler supplies."""
        for entry in entries:
            if not entry.data.isidentifier() or entry.data in RESERVED:
                names = re.split(r"[,;\s]+", entry.data.strip())
                several = len(names) > 1 and all(name.isidentifier() for name in names)
                way_out = (
                    tr("Write a list: [{names}]", names=", ".join(names))
                    if several
                    else tr("Use letters, digits and _, beginning with a letter.")
                )
                entry.report(tr("{name!r} cannot be the name of a value. {way_out}", name=entry.data, way_out=way_out))
        return tuple(entry.data for entry in entries)

    def answers(
        self, place: Place, known: Names, fields: Sequence[Field], sends: tuple[str, ...], groups: Collection[str]
    ) -> dict[str, Any]:
        """The keys with templates: only replies and notices know the values of handlers and `save`; `otherwise` precedes the fields."""
        data: dict[str, Any] = place.data
        find = self.find(place, fields, groups) if "find" in data or "not_found" in data else None
        found = self.tables.found(find)
        full = {**known, **self.supplied(place), **found} if found or not SUPPLYING.isdisjoint(data) else known
        known_found = {**known, **found} if found else known
        names: dict[str, Names] = {"reply": full}
        if "otherwise" in data:
            names["otherwise"] = {**self.names, **names_sent(sends, may_ask=False)}
        if "invalid" in data:  # a value that is wrong is none
            wrong = {field.name: type_of_field(field)._replace(optional=True) for field in fields}
            names["invalid"] = {**known, "data": TEXTS, **wrong}
        built: dict[str, Any] = {"find": find}
        for key in ANSWERS:
            if key in data:
                built[key] = ReplyBuilder(self.sandbox, names.get(key, known), self.files).build(place.at(key))
        if "confirm" in data:
            built["confirm"] = build_confirm(place.at("confirm"), self.sandbox, known_found)
        save = self.save(place, fields, groups, known_found) if "save" in data else None
        built["actions"] = build_actions(place, self.staff, lambda text: compile_template(text, self.sandbox, full), save)
        return built

    def supplied(self, place: Place) -> Names:
        """The names that a rule's handler and its `save` supply."""
        needs = dict.fromkeys((entry.data for entry in place.each("needs")), "")
        return {**needs, "saved": saved_type(place)} if "save" in place.data else needs

    def find(self, place: Place, fields: Sequence[Field], groups: Collection[str]) -> Find | None:
        """The `find:` of a rule, with the condition on the rows that count."""
        find = self.tables.build(place, fields, groups)
        at = place.at("find", "where")
        if find is None or at.data is None:
            return find
        columns = self.tables.conditional(at, find)
        return replace(find, where=self.field_builder.condition_on(at, {**self.field_builder.names(()), **columns})) if columns else find

    def save(self, place: Place, fields: Sequence[Field], groups: Collection[str], known: Names) -> Save | None:
        """The `save:` of a rule; what it says later of a row knows the row and its sender, and of a full slot what is `known` then."""
        later = {**self.field_builder.names(fields), **dict.fromkeys(groups, "text"), "saved": saved_type(place)}
        del later["now"]  # long before it is written
        per = [entry.data for entry in place.at("save").each("per")] if isinstance(place.data["save"], dict) else []
        others = {field.name: type_of_field(field)._replace(optional=True) for field in fields if field.name not in per}
        full = {**known, "data": TEXTS, **others}  # those that a form has not asked for yet
        texts = SaveTexts(
            later=lambda text: compile_template(text, self.sandbox, later), full=lambda text: compile_template(text, self.sandbox, full)
        )
        return build_save(place, texts, fields, self.quiet)

    def conditions(self, place: Place) -> dict[str, Any]:
        """The keys that say when the rule answers."""
        when = build_condition(place.at("when"), self.sandbox.locale.country, self.has_hours) if "when" in place.data else None
        if "otherwise" in place.data and not (when and when.asks_clock):
            message = tr("'otherwise' answers where the clock is the reason. Write open, days, time or dates under 'when', or remove it.")
            place.at("otherwise").report(message, key=True)
        return {"when": when}

    def others(self, place: Place, asking: Asking, sends: tuple[str, ...]) -> dict[str, Any]:
        """The keys that are independent of the others."""
        data: dict[str, Any] = place.data
        reply = data.get("reply")
        written = reply if isinstance(reply, str) and OTHER_TEXTS.isdisjoint(data) else str(data)  # as for most rules, since that costs
        takes_sent = asking.takes_sent
        others: dict[str, Any] = {
            "sends": sends,
            "asks": asking.asks,
            "takes_sent": takes_sent,
            "on_invalid": on_invalid(data, asking.asks or takes_sent),
            "needs_hash": data.get("hash") == "required",
            "is_silent": reply == [],
            "uses": tuple([name for name in COSTLY if name in written]),
            "fills_in": has_marks(written),
        }
        others |= {key: data[key] for key in AS_WRITTEN.intersection(data)}
        others |= {key: BUILT[key](place.each(key)) for key in BUILT.keys() & data.keys()}
        return others

    def check(self, place: Place, rule: Rule, named: Collection[str]) -> None:
        """Report keys that are valid on their own but not in combination."""
        if not rule.fallback and LEADING.isdisjoint(place.data):
            place.report(tr("this rule has neither a 'keyword' nor a 'name', so nothing leads to it. Give it one."))
        check_sends(place, rule)
        self.check_asking(place, rule)
        if rule.fields is not None and not rule.asks:
            self.check_fields(place, rule, rule.fields, named)
        for key in ("on_invalid", "invalid") if rule.fields is None else ():
            if key in place.data:
                place.at(key).report(tr("{key!r} needs 'fields', whose values could be wrong. Add them, or remove it.", key=key), key=True)

    def check_asking(self, place: Place, rule: Rule) -> None:
        """Report `invalid` keys of a form without #, and `confirm` without a form that asks."""
        if rule.confirm is not None and not rule.asks and rule.on_invalid != "ask":
            place.at("confirm").report(tr("'confirm' belongs to a form that asks. Write 'ask', or 'on_invalid: ask'."), key=True)
        for key in ("patience", "tries"):
            if key in place.data and not (rule.may_ask or (rule.menu and key == "patience")):
                or_menu = tr(" or a menu") if key == "patience" else ""
                place.at(key).report(
                    tr("{key!r} is for a form that asks{or_menu}, and there is none. Remove it.", key=key, or_menu=or_menu), key=True
                )
        if "paste" in place.data and rule.fields is None:
            place.at("paste").report(
                tr("'paste' is about lines with the labels of fields, and there are none. Add them, or remove it."), key=True
            )
        if "interrupt" in place.data and not rule.may_ask:
            place.at("interrupt").report(
                tr("'interrupt' is for a form that asks. Write 'ask', or 'on_invalid: ask', or remove it."), key=True
            )
        for key in ("on_invalid", "invalid") if rule.asks else ():
            if key in place.data:
                place.at(key).report(tr("{key!r} is for 'fields'; 'ask' asks again. Remove it.", key=key), key=True)

    def check_fields(self, place: Place, rule: Rule, fields: tuple[Field, ...], named: Collection[str]) -> None:
        texts = [field for field in fields if not field.is_sent]
        if len(texts) < len(fields) and not rule.sends and rule.on_invalid != "ask":
            place.at("fields").report(
                tr("what is sent, as a file or a location, cannot stand behind a #. Write 'ask', or `sends:` with its kind."), key=True
            )
        if "pattern" in place.data and not rule.has_form:
            self.check_groups(place, texts, named)
        elif rule.sends and not rule.has_form:
            self.check_captions(place, texts)
        elif not rule.has_form:
            written = rule.keywords[0].written if rule.keywords else "penawaran"
            place.at("fields").report(
                tr("'fields' needs a keyword that ends in #, such as `keyword: {keyword}#`.", keyword=written), key=True
            )
        if rule.on_invalid == "reply" and "invalid" not in place.data:
            place.at("on_invalid").report(tr("'on_invalid: reply' needs the reply to send. Add 'invalid:' to the rule."), key=True)
        if rule.on_invalid != "reply" and "invalid" in place.data:
            place.at("invalid").report(
                tr("'invalid' is never sent while 'on_invalid' is {on_invalid}. Remove one of them.", on_invalid=rule.on_invalid), key=True
            )

    def check_groups(self, place: Place, fields: Sequence[Field], named: Collection[str]) -> None:
        """Report a field that only a pattern could fill, unless it is `named` by a group in one of them."""
        for field in fields:
            if field.name not in named and not field.may_be_left_out:
                message = tr(
                    "nothing fills the field {field!r}. Put (?P<{field}>...) into the pattern, or make the field optional.",
                    field=field.name,
                )
                place.at("fields").report(message, key=True)

    def check_captions(self, place: Place, fields: Sequence[Field]) -> None:
        """Report a field that only a caption with a # could fill."""
        for field in fields:
            if not field.may_be_left_out:
                message = tr(
                    "nothing fills the field {field!r}. Ask for it under 'ask', or give the rule a keyword with a # for captions.",
                    field=field.name,
                )
                place.at("fields").report(message, key=True)
