"""`MediaFolder`: files named by the hash of their content, on disk. Several processes may share it."""

import errno
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from secrets import token_hex

from flask_chatbot.errors import StoreError

PARTS = tuple(f"{number:02x}" for number in range(256))  # its sub-folders: the first letters of the hashes in them
MARK = ".chatbot"  # the file that says which database the folder belongs to
LEFT_FREE = 64 * 1024 * 1024  # bytes of the disk that no file of a customer's may fill: the database may be there, too
_FULL = (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC))


def free_space(path: Path) -> int:
    """The bytes that are free on the disk of a folder."""
    return shutil.disk_usage(path).free


class MediaFolder:
    """The folder at a path, made when the first file is kept. `free` returns the bytes that are free on its disk."""

    def __init__(self, path: Path, *, free: Callable[[Path], int] = free_space) -> None:
        self.path = path
        self._free = free

    def keep(self, content: bytes) -> str:
        """Keep a content, once however often it comes, and return its name: the SHA-256 in hex. It is on the disk when this returns.

        Raises `StoreError` if that fails.
        """
        hashed = sha256(content).hexdigest()
        path = self.path_of(hashed)
        try:
            if self._has(path, len(content)):
                return hashed
            self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
            if self._free(self.path) - len(content) < LEFT_FREE:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            path.parent.mkdir(exist_ok=True)
            _write(path, content)
        except OSError as error:
            raise StoreError(self._describe(error)) from None
        return hashed

    def read(self, hashed: str) -> bytes | None:
        """The content of that name; None if it is not kept, or is damaged."""
        try:
            content = self.path_of(hashed).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StoreError(self._describe(error)) from None
        return content if sha256(content).hexdigest() == hashed else None

    def delete(self, hashed: str) -> None:
        """Delete a file, if it is there. Raises `StoreError` if that fails."""
        try:
            self.path_of(hashed).unlink(missing_ok=True)
        except OSError as error:
            raise StoreError(self._describe(error)) from None

    def kept_at(self, hashed: str) -> float | None:
        """The time at which a file was kept, the last of several; None if it is not there. Raises `StoreError` if that cannot be read."""
        try:
            return self.path_of(hashed).stat().st_mtime
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StoreError(self._describe(error)) from None

    def older(self, part: str, before: float) -> Iterator[str]:
        """Yield the names of the files in a part that were last kept before that time; what a killed process left behind is deleted."""
        folder = self.path / part
        with suppress(OSError):
            for entry in os.scandir(folder):
                if entry.stat().st_mtime < before:
                    if entry.name.startswith("."):
                        os.unlink(entry.path)  # noqa: PTH108  the entry has its path as a text
                    else:
                        yield entry.name

    @property
    def mark_path(self) -> Path:
        """The path of the file that holds the folder's mark."""
        return self.path / MARK

    def mark(self) -> str | None:
        """The mark of the folder; None if it has none, or is not there. Raises `StoreError` if it cannot be read."""
        try:
            return self.mark_path.read_text("utf-8", errors="replace").strip()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StoreError(self._describe(error)) from None

    def set_mark(self, mark: str) -> None:
        """Mark the folder, which is made. Raises `StoreError` if that fails."""
        try:
            self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
            _write(self.mark_path, f"{mark}\n".encode())
        except OSError as error:
            raise StoreError(self._describe(error)) from None

    def path_of(self, hashed: str) -> Path:
        """The path of the file with that name."""
        return self.path / hashed[:2] / hashed

    def _has(self, path: Path, size: int) -> bool:
        """True if a file of that size is there; it counts as kept now, so that no sweep takes it for an old one."""
        try:
            if path.stat().st_size != size:
                return False
            os.utime(path)
        except FileNotFoundError:
            return False
        return True

    def _describe(self, error: OSError) -> str:
        if error.errno in _FULL:
            return f"The folder of kept files {self.path} has no space left on its disk. Free some, or set CHATBOT_MEDIA to another folder."
        reason = error.strerror or type(error).__name__
        return f"The folder of kept files {self.path} cannot be used: {reason}. Let this user write to it, or set CHATBOT_MEDIA."


def _write(path: Path, content: bytes) -> None:
    """Write a file as a whole: under another name first, so that nobody ever reads a part of it."""
    beside = path.with_name(f".{token_hex(8)}")
    try:
        with beside.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    if os.name == "posix":
        descriptor = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(descriptor)  # else a crash may lose the name of what is on the disk
        finally:
            os.close(descriptor)
