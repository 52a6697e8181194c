"""The loader: rule files become a RuleBook, or every problem is reported at once."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from flask_chatbot.core.collector import collector_paused
from flask_chatbot.core.conversation.forms import TRIES
from flask_chatbot.core.deciding.rulebook import RuleBook
from flask_chatbot.core.fields.types import FIELD_TYPES
from flask_chatbot.core.language.sentences import Language
from flask_chatbot.core.loading.additions import NO_ADDITIONS, Additions, doubted, needing, read_added
from flask_chatbot.core.loading.addresses import LocalFiles
from flask_chatbot.core.loading.conditions import build_hours, dates_named
from flask_chatbot.core.loading.conflicts import check_sharing, missing_targets, named
from flask_chatbot.core.loading.documents import Step, language_in, read_document
from flask_chatbot.core.loading.includes import included
from flask_chatbot.core.loading.lookups.csv_files import CsvFiles
from flask_chatbot.core.loading.lookups.finds import KnownTables, TableSources
from flask_chatbot.core.loading.lookups.reminders import build_quiet
from flask_chatbot.core.loading.places import Place
from flask_chatbot.core.loading.preamble import (
    build_groups,
    build_guess,
    build_locale,
    build_patience,
    build_silence,
    build_staff,
    build_vars,
    read_country,
)
from flask_chatbot.core.loading.price_tables import check_price_tables
from flask_chatbot.core.loading.rules import NAMES, ONLY_FALLBACK, RuleBuilder
from flask_chatbot.core.loading.slips import check_slips
from flask_chatbot.core.loading.tests import build_test, check_names
from flask_chatbot.core.loading.wording.promised_words import check_promised
from flask_chatbot.core.loading.wording.sentence_files import read_sentence_file
from flask_chatbot.core.loading.wording.sentences import build_language, read_tongue
from flask_chatbot.core.loading.wording.vocabulary import build_vocabulary
from flask_chatbot.core.loading.words import build_folding
from flask_chatbot.core.lookups.cells import marks_for
from flask_chatbot.core.matching.index import Index
from flask_chatbot.core.matching.rule import Rule
from flask_chatbot.core.matching.sent import SentIndex
from flask_chatbot.core.templates.template import Sandbox
from flask_chatbot.core.templates.types import type_of_var
from flask_chatbot.core.translation.translatable import system_reason, tr
from flask_chatbot.core.values.problems import Mark, Problem
from flask_chatbot.core.values.rule_tests import RuleTest
from flask_chatbot.core.values.sources import Sources, digest, digest_of
from flask_chatbot.errors import RulesError

SAVED: Mapping[Path, bytes] = {}  # no file has a draft
NEIGHBOURS = 3  # files named where another one is missing


class Loaded(NamedTuple):
    """The result of a load: a book if no problem is an error, the problems in order of place, the sources, and the named language."""

    book: RuleBook | None
    problems: tuple[Problem, ...]
    sources: Sources = Sources()
    language: str = ""


def load_rules(path: str | Path, additions: Additions = NO_ADDITIONS) -> RuleBook:
    """Load a file with its includes and Python's additions; raise `RulesError` with every problem if there is an error."""
    loaded = read_rules(path, additions)
    if loaded.book is None:
        raise RulesError(loaded.problems)
    return loaded.book


def read_rules(path: str | Path, additions: Additions = NO_ADDITIONS, drafts: Mapping[Path, bytes] = SAVED) -> Loaded:
    """Load a file with its includes and Python's additions, with all problems, including warnings.

    `drafts` holds the content of files that are not saved yet, by their resolved paths.
    """
    with collector_paused():
        loading = _Loading(additions, drafts)
        loading.read_root(Path(path))
        loading.read_additions()
        book = loading.book()
        if book is not None:
            loading.problems += additions.check(book, not loading.refused)
    found = loading.problems if additions.is_complete else map(doubted, loading.problems)
    problems = tuple(dict.fromkeys(sorted(found, key=lambda problem: problem.mark)))
    return Loaded(None if any(problem.severity == "error" for problem in problems) else book, problems, loading.sources, loading.language)


class _Loading:
    """One load: the files read so far, and their problems."""

    def __init__(self, additions: Additions, drafts: Mapping[Path, bytes]) -> None:
        self.additions, self.drafts = additions, drafts
        self.problems: list[Problem] = []
        self.roots: list[Place] = []
        self.added: list[Place] = []
        self.files: list[Path] = []
        self.globs: list[str] = []
        self.language = ""  # that the root file names
        self.digests: dict[Path, bytes | None] = {}
        self.variables: dict[str, Place] = {}
        self.sentences: tuple[Place, ...] = ()  # of a file of their own
        self.entries: dict[str, list[Place]] = {}  # by the key that they stand under, once all files are read
        self.named: tuple[Path, ...] = ()  # the files that the root file names
        self.local_files = LocalFiles(Path())
        self.csv = CsvFiles(Path())
        self.refused: set[tuple[int, tuple[Step, ...]]] = set()  # by the document's id, since a Python file may hold several

    def read_root(self, path: Path) -> None:
        """Read a file, and the files it includes."""
        self.local_files, self.csv = LocalFiles(path), CsvFiles(path)
        self.read_file(path)
        for root in self.roots[:1]:
            self.read_sentences(root.at("sentences"), path)
            for entry in root.at("include").entries():
                self.include(entry, path)

    def read_sentences(self, place: Place, root: Path) -> None:
        """Read the file of sentences that the root file names, if it does."""
        if isinstance(place.data, str) and (read := read_sentence_file(place, root, short_path(root.parent / place.data))) is not None:
            self.sentences, self.named = read.entries, (read.path,)
            self.digests[read.path] = read.digest

    def include(self, entry: Place, root: Path) -> None:
        """Read the files that a glob stands for, each once; a glob is relative to the root file's folder."""
        found = included(entry, root)
        if found is None:
            return
        self.globs.append(entry.data)
        for path in found:
            if path.resolve() not in {file.resolve() for file in (*self.files, *self.named)}:
                self.read_file(path)

    def read_file(self, path: Path) -> None:
        """Read one file and apply the schema; every file after the first is an included one."""
        file = short_path(path)
        self.files.append(path)
        self.digests[path] = None
        try:
            draft = self.drafts.get(path.resolve()) if self.drafts else None
            source = path.read_bytes() if draft is None else draft
        except FileNotFoundError:
            first = tr(" Write the first rules with `flask chatbot init`, or name another file.")
            way_out = beside(path) or (tr(" Write the first rules into a file of that name.") if self.roots else first)
            self.problems.append(Problem(Mark(file, 1, 1), tr("there is no such file.{way_out}", way_out=way_out)))
            return
        except OSError as error:
            self.problems.append(Problem(Mark(file, 1, 1), tr("the file cannot be read: {reason}.", reason=system_reason(error))))
            return
        self.digests[path] = digest(source)
        document, problems, refused = read_document(source, file, is_root=not self.roots)
        if len(self.files) == 1:
            self.language = language_in(document, source)
        self.problems += problems
        self.refused.update((id(document), path) for path in refused)
        if document is not None and isinstance(document.data, dict):
            self.roots.append(Place(document, (), document.data, self.problems))

    @property
    def sources(self) -> Sources:
        """The files and globs looked at so far."""
        digests, named = dict(self.digests), list(self.named)
        known = {os.path.realpath(path) for path in digests}
        local: dict[Path, bytes | None] = dict.fromkeys(self.local_files.unfit)
        local |= {file.path: file.digest for file in self.local_files.by_name.values()}
        digests |= self.csv.digests
        named += self.csv.digests
        for path, found in local.items():
            if (real := os.path.realpath(path)) not in known:  # each once, as `files_now` finds them
                known.add(real)
                digests[path] = digest_of(path) if found is None else found
                named.append(path)
        return Sources(tuple(self.globs), digests, tuple(named))

    def read_additions(self) -> None:
        """Read the rules that Python adds."""
        for rule in self.additions.rules:
            document, problems, refused = read_added(rule)
            self.problems += problems
            self.refused.update((0, path) for path in refused)
            if refused:  # it is left out as a whole: its author wrote Python, and its few keys are the decorator's
                continue
            self.added.append(Place(document, (), document.data, self.problems))

    def book(self) -> RuleBook | None:
        """The rules of all files, built as far as they are valid."""
        if not self.roots:
            return None
        settings = self.roots[0].at("settings")
        hours = build_hours(settings.at("hours"))
        builder = self.builder(settings, has_hours=hours is not None or "hours" in (settings.data or {}))  # of unfit hours nothing is known
        by_name = self.rules(builder)
        ordered = self.check_tables(tuple(by_name.values()))
        return RuleBook(
            rules=ordered,
            by_name=by_name,
            **self.indexes(ordered, builder),
            **builder.shared,
            hours=hours,
            groups=build_groups(settings),
            guess=build_guess(settings),
            named_language=self.language,
            patience=build_patience(settings),
            **build_silence(settings, builder.staff, ordered, builder.quiet),
            one_message=bool((settings.data or {}).get("one_message")),
            tries=(settings.data or {}).get("tries") or TRIES,
            **self.all_files(),
            tests=self.tests(by_name, builder.tables),
            dated=tuple(dates_named(settings.at("hours"), self.each_entry("rules"))),
        )

    def all_files(self) -> dict[str, Any]:
        """The files of the rules and those beside them, and the tables, as the book holds them."""
        tables = {"tables": self.csv.readable, "supplied": frozenset(self.additions.tables)}
        return {"files": tuple(self.files), "sources": self.sources, "media": self.local_files.by_name, **tables}

    def check_tables(self, rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
        """Check the price tables of rules without errors, and return the rules: the options of others are not all known."""
        if not any(problem.severity == "error" for problem in self.problems):
            check_price_tables(self.variables, rules)
        return rules

    def indexes(self, rules: Sequence[Rule], builder: RuleBuilder) -> dict[str, Any]:
        """The index of texts, and that of other messages if a rule is for them; both report rules that would be too slow to match."""
        locale = builder.sandbox.locale
        sending = [rule for rule in rules if rule.sends]
        texts = [rule for rule in rules if not rule.sends] if sending else rules
        index = Index(texts, builder.folding, locale.language, locale.country)
        self.problems += index.problems()
        if not sending:
            return {"index": index}
        sent = SentIndex(sending, index, builder.folding, locale.language, locale.country)
        self.problems += sent.problems()
        return {"index": index, "sent": sent}

    def builder(self, settings: Place, has_hours: bool) -> RuleBuilder:
        """The builder that compiles the rules with the settings above them."""
        country, words = read_country(settings), list(self.each_entry("words"))
        tongue = read_tongue(settings, country)
        sentences = [*self.sentences, *self.each_entry("sentences")]
        language = build_language(settings, tongue, sentences, build_vocabulary(words, tongue.like))
        locale = build_locale(settings, language, country)
        variables = self.variables = build_vars(self.each_entry("vars"), {*NAMES, *ONLY_FALLBACK})
        sandbox = Sandbox(locale, {name: place.data for name, place in variables.items()}, self.additions.filters)
        folding = build_folding(self.each_entry("synonyms"), words, locale)
        check_promised(words, sentences, language, folding.words)
        types = {**FIELD_TYPES, **self.additions.types}
        var_names = {name: type_of_var(place.data) for name, place in variables.items()}
        sources = TableSources(self.tables(language), self.rule_entries, self.additions.tables)
        return RuleBuilder(
            folding, sandbox, types, var_names, self.local_files, sources, has_hours, build_staff(settings, country), build_quiet(settings)
        )

    def tables(self, language: Language) -> CsvFiles:
        """The CSV files that the root file names, read as its language writes numbers."""
        place, marks = self.roots[0].at("tables"), marks_for(*language.marks)
        for name in place.data or ():
            self.csv.read(place.at(name), name, short_path(self.csv.root.parent / str(place.data[name])), marks)
        return self.csv

    def rule_entries(self) -> list[Place]:
        """The entries of all rules, those of Python too."""
        return [*self.each_entry("rules"), *(place.at("rules", 0) for place in self.added)]

    def rules(self, builder: RuleBuilder) -> dict[str, Rule]:
        """The rules of the files and of Python by name; conflicts between them are reported."""
        built = [(place, builder.build(place, position)) for position, place in enumerate(self.each_entry("rules"))]
        for place, _ in built:
            check_slips(place)
        unknown = {(document, path[:2]) for document, path in self.refused if path[2:3] in (("name",), ("keyword",))}
        rules = [rule for place, rule in built if not unknown or (id(place.document), place.path) not in unknown]
        if not rules and not self.problems and not self.added:
            self.roots[0].report(tr("there are no rules. Add a list of them under 'rules:'."))
        rules += self.added_rules(rules, builder)
        if not self.additions.is_complete:
            self.problems += map(needing, (rule for rule in rules if rule.needs))
        by_name = named(rules, self.problems)
        self.problems += missing_targets(by_name) if not self.refused else ()
        check_sharing(rules, self.problems)
        self.problems += builder.tables.check(rules)
        return by_name

    def tests(self, by_name: Mapping[str, Rule], tables: KnownTables) -> tuple[RuleTest, ...]:
        """The tests outside any rule; tests of either kind that expect an unknown rule are reported."""
        tests = tuple(build_test(place) for place in self.each_entry("tests"))
        if not self.refused:  # a rule that could not be read has a name all the same
            self.problems += check_names(by_name, tables, (*tests, *(test for rule in by_name.values() for test in rule.tests)))
        return tests

    def added_rules(self, rules: list[Rule], builder: RuleBuilder) -> list[Rule]:
        """Python's rules, which have new keywords; its fallback goes before those of the files."""
        known = {(keyword.literal, keyword.takes_fields, rule.sends): rule for rule in rules for keyword in rule.keywords}
        first = max((rule.priority for rule in rules if rule.fallback), default=-1) + 1
        added: list[Rule] = []
        for entry in (place.at("rules", 0) for place in self.added):
            rule = builder.build(entry, len(rules) + len(added))
            for keyword in rule.keywords:
                taken = known.setdefault((keyword.literal, keyword.takes_fields, rule.sends), rule)
                if taken is not rule:
                    entry.report(
                        tr(
                            "the keyword {keyword!r} is taken by rule {rule!r} at {mark}. Choose another one.",
                            keyword=keyword.written,
                            rule=taken.name,
                            mark=taken.mark,
                        )
                    )
            added.append(replace(rule, priority=first) if rule.fallback else rule)
        return added

    def each_entry(self, key: str) -> list[Place]:
        """The entries under a key in all files, except the refused ones."""
        if key not in self.entries:
            self.entries[key] = [entry for root in self.roots for entry in root.at(key).inside()]
        return self.entries[key]


def beside(path: Path) -> str:
    """The YAML files in the folder of a missing one, ready to follow a sentence; empty if there are none."""
    if path.exists():
        return ""
    others = sorted(other.name for pattern in ("*.yaml", "*.yml") for other in path.parent.glob(pattern))
    if alike := next((name for name in others if Path(name).stem == path.stem), None):
        return tr(" There is {alike} beside it: rename it to {file}, or name it instead.", alike=alike, file=path.name)
    return tr(" That folder has {files}.", files=", ".join(others[:NEIGHBOURS])) if others else ""


def short_path(path: Path) -> str:
    """A path as problems name it: relative if it is below the current folder."""
    return os.path.relpath(path) if path.absolute().is_relative_to(Path.cwd()) else str(path)
