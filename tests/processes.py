"""Which tests start processes, by the interpreter's own account."""

import sys
from collections.abc import Iterator

import pytest

_STARTS = {"subprocess.Popen", "os.fork", "os.forkpty", "os.posix_spawn"}


class Starts:
    """Notes each process that this one starts."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        sys.addaudithook(self._note)

    def _note(self, event: str, arguments: tuple[object, ...]) -> None:
        if event in _STARTS:
            self.seen.append(f"{event} {arguments[0] if arguments else ''}".strip())


class ProcessMarks:
    """Fails a test that starts a process and is not marked, since `-m "not process"` promises that none is started."""

    def __init__(self) -> None:
        self._starts = Starts()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_setup(self) -> Iterator[None]:
        self._starts.seen.clear()
        return (yield)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_teardown(self, item: pytest.Item) -> Iterator[None]:
        yield
        if self._starts.seen and item.get_closest_marker("process") is None:
            pytest.fail(f"This test starts a process: {self._starts.seen[0]}. Mark it with @pytest.mark.process.", pytrace=False)
