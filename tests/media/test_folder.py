"""Kept files on disk: once each, whole or not at all, and never to the last byte of the disk."""

import os
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path

import pytest

from flask_chatbot.errors import StoreError
from flask_chatbot.media.folder import LEFT_FREE, MediaFolder

CONTENT = b"\x89PNG\r\n\x1a\nbukti"
HASHED = sha256(CONTENT).hexdigest()


def names(folder: Path) -> list[str]:
    """The names of all files below a folder."""
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def test_a_content_is_kept_once_under_its_hash(tmp_path: Path) -> None:
    folder = MediaFolder(tmp_path / "media")
    assert [folder.keep(CONTENT), folder.keep(CONTENT)] == [HASHED, HASHED]
    assert (names(folder.path), folder.read(HASHED)) == ([HASHED], CONTENT)


def test_a_folder_is_made_with_the_first_file_and_not_before(tmp_path: Path) -> None:
    folder = MediaFolder(tmp_path / "media")
    assert (folder.read(HASHED), [*folder.older("00", 1e12)], folder.path.exists()) == (None, [], False)


def test_many_at_once_keep_one_whole_file(tmp_path: Path) -> None:
    content = CONTENT * 100_000
    with ThreadPoolExecutor(8) as threads:
        kept = set(threads.map(lambda _: MediaFolder(tmp_path).keep(content), range(16)))
    (hashed,) = kept
    assert (names(tmp_path), MediaFolder(tmp_path).read(hashed)) == ([hashed], content)


def test_a_damaged_file_is_none_and_is_replaced_when_it_comes_again(tmp_path: Path) -> None:
    folder = MediaFolder(tmp_path)
    folder.path_of(folder.keep(CONTENT)).write_bytes(b"half")
    assert folder.read(HASHED) is None
    folder.keep(CONTENT)
    assert folder.read(HASHED) == CONTENT


def test_a_full_disk_keeps_nothing_and_says_the_way_out(tmp_path: Path) -> None:
    folder = MediaFolder(tmp_path / "media", free=lambda _: LEFT_FREE)
    with pytest.raises(StoreError, match=r"has no space left on its disk\. Free some, or set CHATBOT_MEDIA to another folder\.$"):
        folder.keep(CONTENT)
    assert names(tmp_path) == []


def test_a_folder_that_is_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "media").write_text("")
    with pytest.raises(StoreError, match=r"media cannot be used: .+\. Let this user write to it, or set CHATBOT_MEDIA\.$"):
        MediaFolder(tmp_path / "media").keep(CONTENT)


def test_a_file_that_comes_again_counts_as_new(tmp_path: Path) -> None:
    folder = MediaFolder(tmp_path)
    path = folder.path_of(folder.keep(CONTENT))
    os.utime(path, (1000.0, 1000.0))
    assert [*folder.older(HASHED[:2], 2000.0)] == [HASHED]
    folder.keep(CONTENT)
    assert [*folder.older(HASHED[:2], 2000.0)] == []


def test_what_a_killed_process_left_behind_is_deleted(tmp_path: Path) -> None:
    folder = MediaFolder(tmp_path)
    path = folder.path_of(folder.keep(CONTENT))
    half = path.with_name(".0011223344556677")
    half.write_bytes(CONTENT[:4])
    os.utime(half, (1000.0, 1000.0))
    assert ([*folder.older(HASHED[:2], 2000.0)], names(tmp_path)) == ([], [HASHED])


def test_what_is_gone_can_be_deleted_again(tmp_path: Path) -> None:
    folder = MediaFolder(tmp_path)
    folder.keep(CONTENT)
    folder.delete(HASHED)
    folder.delete(HASHED)
    assert folder.read(HASHED) is None
