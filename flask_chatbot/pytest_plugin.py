"""The pytest plugin of the package: a `chat` fixture, readable differences between replies, and the tests of rule files."""

import os
from collections.abc import Iterator
from contextlib import nullcontext
from glob import glob
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.cli import ScriptInfo

from flask_chatbot.cli.app import Host, load_host
from flask_chatbot.core.checks.runner import Case, Failure, cases, run
from flask_chatbot.core.deciding.rulebook import RuleBook
from flask_chatbot.core.loading.loader import read_rules
from flask_chatbot.testing import Chat, Replies, difference

pytest.register_assert_rewrite("flask_chatbot.testing.transports")  # so that its tests show what differs

RULE_FILES = pytest.StashKey[list[Path]]()
HOST = pytest.StashKey[Host]()


@pytest.fixture
def chat(app: Flask) -> Chat:
    """A customer who writes to the bot of the `app` fixture."""
    from flask_chatbot.testing import Chat

    return Chat(app)


def pytest_assertrepr_compare(op: str, left: object, right: object) -> list[str] | None:
    """Explain the difference when a `Chat`'s replies are compared."""
    replies, wanted = (left, right) if isinstance(left, Replies) else (right, left)
    return difference(replies, wanted) if op == "==" and isinstance(replies, Replies) else None


def pytest_addoption(parser: pytest.Parser) -> None:
    """Register the settings `chatbot_rules` and `chatbot_app`."""
    about = "Rule files of flask_chatbot whose tests are run: paths or globs, relative to the root directory."
    parser.addini("chatbot_rules", about, type="args", default=[])
    about = "The app whose field types and filters these files use, written as for `flask --app`, relative to the root directory."
    parser.addini("chatbot_app", about)


def pytest_configure(config: pytest.Config) -> None:
    """Find the rule files; if pytest uses `testpaths`, add them."""
    found: list[Path] = []
    for pattern in config.getini("chatbot_rules"):
        names = sorted(glob(pattern, root_dir=config.rootpath, recursive=True))
        if not names:
            raise pytest.UsageError(f"chatbot_rules: no file matches {pattern!r} in {config.rootpath}. Correct the path, or remove it.")
        found += [config.rootpath / name for name in names]
    if config.getini("chatbot_app") and not found:
        raise pytest.UsageError(
            "chatbot_app: it is for the tests of rule files, and chatbot_rules names none. Write: chatbot_rules = rules.yaml"
        )
    config.stash[RULE_FILES] = found
    if config.args_source is pytest.Config.ArgsSource.TESTPATHS:
        folders = [config.invocation_params.dir / argument for argument in config.args]
        config.args += [str(path) for path in found if not any(path.is_relative_to(folder) for folder in folders)]


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> "RuleFile | None":
    """Collect the tests of a file named by `chatbot_rules`."""
    if file_path not in parent.config.stash[RULE_FILES]:
        return None
    found: RuleFile = RuleFile.from_parent(parent, path=file_path)
    return found


def find_host(config: pytest.Config) -> Host:
    """The app that `chatbot_app` names, created once; empty if that is not set."""
    if HOST not in config.stash:
        name = config.getini("chatbot_app")
        # Joined as text: what stands in brackets behind the name of a factory is no path.
        config.stash[HOST] = load_host(ScriptInfo(f"{config.rootpath}{os.sep}{name}", set_debug_flag=False)) if name else Host()
    return config.stash[HOST]


class RuleFile(pytest.File):
    """One rule file with its includes: a group of tests for each rule, and one for tests outside any rule."""

    def collect(self) -> "Iterator[RuleTests]":
        host = find_host(self.config)
        if host.says:
            raise self.CollectError(f"chatbot_app: {host.says}")
        book, problems, *_ = read_rules(self.path, host.additions_to(self.path))
        if book is None:
            raise self.CollectError("\n".join(str(problem) for problem in problems if problem.severity == "error"))
        for group, found in groupby(cases(book), key=lambda case: case.group):
            yield RuleTests.from_parent(self, name=group, cases=tuple(found), book=book)


class RuleTests(pytest.Collector):
    """The tests of one rule."""

    def __init__(self, *, cases: tuple[Case, ...], book: RuleBook, **more: Any) -> None:
        super().__init__(**more)
        self.cases = cases
        self.book = book

    def collect(self) -> "Iterator[RuleTestItem]":
        for case in self.cases:
            yield RuleTestItem.from_parent(self, name=str(case.number), case=case, book=self.book)


class RuleTestItem(pytest.Item):
    """One test of a rule file."""

    def __init__(self, *, case: Case, book: RuleBook, **more: Any) -> None:
        super().__init__(**more)
        self.case = case
        self.book = book

    def runtest(self) -> None:
        app = find_host(self.config).app
        with app.app_context() if app else nullcontext():
            failures = run(self.case, self.book)
        if failures:
            raise RuleTestFailed(failures)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Explain the failure without a traceback, as no Python code is at fault."""
        return str(excinfo.value) if isinstance(excinfo.value, RuleTestFailed) else super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        mark = self.case.test.mark
        return Path(mark.file).absolute(), mark.line - 1, self.case.name


class RuleTestFailed(Exception):
    """A test in a rule file got another answer than expected."""

    def __init__(self, failures: list[Failure]) -> None:
        super().__init__("\n".join(map(str, failures)))
