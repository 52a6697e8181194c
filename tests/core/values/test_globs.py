"""The search for included files: what it finds, and where it ends."""

import glob
import os
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flask_chatbot.core.values.globs import SECONDS_LIMIT, Search, TooWide
from flask_chatbot.core.values.sources import files_now
from tests.core.books import load, problems

FILES = ["a.yaml", "b.yml", ".hidden.yaml", "rules/a.yaml", "rules/b.yaml", "rules/sub/c.yaml", "rules/.git/d.yaml", "x[1]/e.yaml"]


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tree") / "in"
    for name in FILES:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("")
    return folder


steps = st.sampled_from(["*", "**", "?.yaml", "*.yaml", ".*", "rules", "sub", "..", "a.yaml", "[ab].y*", "x[[]1]", "none"])


@given(st.lists(steps, min_size=1, max_size=4).map("/".join).filter(lambda pattern: pattern.count("..") < 2))
def test_it_finds_the_files_that_pythons_own_finds(tree: Path, pattern: str) -> None:
    def files(names: list[str]) -> set[str]:
        # Python's own finds the file a.yaml for a.yaml/**, too, and calls it a folder.
        return {os.path.normpath(name) for name in names if (tree / name).is_file() and not name.endswith("/")}

    assert files(Search(tree).names(pattern)) == files(glob.glob(pattern, root_dir=tree, recursive=True))


def test_it_ends_after_so_many_entries(tree: Path) -> None:
    assert Search(tree, limit=20).names("**/c.yaml") == ["rules/sub/c.yaml"]
    with pytest.raises(TooWide):
        Search(tree, limit=5).names("**/c.yaml")


def test_it_ends_after_so_long(tree: Path) -> None:
    times = iter([0.0, 0.0, SECONDS_LIMIT + 1])
    with pytest.raises(TooWide):
        Search(tree, timer=lambda: next(times)).names("*.yaml")


def test_links_that_lead_in_circles_are_followed_once(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("")
    for name in ("one", "two", "three"):
        (tmp_path / name).mkdir()
        for other in ("one", "two", "three"):
            (tmp_path / name / f"to-{other}").symlink_to(tmp_path / other)
        (tmp_path / name / "up").symlink_to(tmp_path)
    (tmp_path / "itself").symlink_to(tmp_path / "itself")
    assert Search(tmp_path, limit=100).names("**/a.yaml") == ["a.yaml"]


def test_a_tree_deeper_than_pythons_stack_is_searched(tmp_path: Path) -> None:
    here = os.open(tmp_path, os.O_RDONLY)
    depth = 0
    try:
        while depth < 1500:
            os.mkdir("d", dir_fd=here)
            here = moved(here, "d")
            depth += 1
        assert Search(tmp_path).names("**/a.yaml") == []
    finally:
        for _ in range(depth):  # pytest could not remove it: shutil.rmtree calls itself
            here = moved(here, "..")
            os.rmdir("d", dir_fd=here)
        os.close(here)


def moved(here: int, name: str) -> int:
    """A folder opened from another one, which is closed."""
    there = os.open(name, os.O_RDONLY, dir_fd=here)
    os.close(here)
    return there


def test_a_glob_that_climbs_to_the_disks_root_is_refused_at_its_place_and_soon(tmp_path: Path) -> None:
    started = time.monotonic()
    climbing = "../" * 30 + "**/*.yaml"
    most = "more than 10,000 files and folders, or 5 seconds of looking"
    told = f"rules.yaml:1:11: {climbing!r} takes {most}. Begin it with the folder that holds the rules, such as rules/**/*.yaml."
    assert problems(tmp_path, f"include: ['{climbing}']\nrules: [{{keyword: a}}]\n") == [told]
    assert time.monotonic() - started < SECONDS_LIMIT + 5


def test_a_folder_that_grew_too_large_is_no_trouble_to_who_watches_the_files(tmp_path: Path) -> None:
    book = load(tmp_path, "include: 'rules/*.yaml'\nrules: [{keyword: a}]\n", {"rules/b.yaml": "rules: [{keyword: b}]\n"})
    for number in range(10_001):
        (tmp_path / "rules" / f"{number}.txt").touch()
    assert files_now(tmp_path / "rules.yaml", book.sources.globs) == [tmp_path / "rules.yaml"]
