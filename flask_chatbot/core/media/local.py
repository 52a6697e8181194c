"""Files beside the rules that replies send: checked when the rules are loaded, and read again when they are sent."""

import os
import stat
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path, PureWindowsPath

from flask_chatbot.core.media.file_types import clean_name, kind_of_content, mime_of_name, with_ending
from flask_chatbot.core.translation.translatable import system_reason, tr
from flask_chatbot.core.values.contents import FILE_LIMIT, File, MediaKind
from flask_chatbot.core.values.problems import did_you_mean
from flask_chatbot.core.values.sources import digest
from flask_chatbot.errors import FetchLater, FetchRefused

MIB = 1024 * 1024
STICKERS = "image/webp"


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalFile:
    """A file beside the rules, as it was when they were loaded. `name` is its path from the folder of the root file."""

    name: str
    path: Path
    root: Path  # the folder that it may not leave, whatever links lead to
    sent_as: str  # the kind of reply that names it
    sha256: str
    digest: bytes  # as `Sources` has it

    def read(self, filename: str = "") -> File:
        """The file as it is now, under `filename` or its own name.

        Raises `FetchLater` if it cannot be read now, `FetchRefused` if it has become something that its reply cannot send.
        """
        try:
            content = read_whole(inside(self.path, self.root))
        except (OSError, RuntimeError) as error:
            raise FetchLater(f"{self.name!r}, a file beside the rules, cannot be read: {reason_of_system(error)}.") from None
        name = clean_name(filename) or self.path.name
        kind, mime = type_of(content, self.path.name)
        if not content or len(content) > FILE_LIMIT or not fits(self.sent_as, kind, mime):
            raise FetchRefused(f"{self.name!r}, a file beside the rules, has changed, and cannot be sent as {self.sent_as} any more.")
        return File(content=content, kind=kind, mime=mime, name=with_ending(name, mime))


class Outside(OSError):
    """A path that leads out of the folder of the rules."""


class Unfit(ValueError):
    """A file that cannot be sent; the message says why, and `path` is the file to watch, if its path can be one."""

    def __init__(self, message: str, path: Path | None = None) -> None:
        super().__init__(message)
        self.path = path


def find_local(written: str, folder: Path, root: Path, sent_as: str) -> LocalFile:
    """The file that is `written` in a rule file of `folder`, to be `sent_as` that kind; `root` is the folder of the rules.

    Raises `Unfit` if it is missing, outside the root, empty, larger than 16 MiB, or of another kind.
    """
    path = path_of(written, folder)
    try:
        real = inside(path, root.resolve())
        content = read_whole(real)
    except Outside:
        raise Unfit(tr("{path!r} is outside the folder of the rules. Move the file into it.", path=written)) from None
    except (FileNotFoundError, NotADirectoryError):
        raise Unfit(missing(written, path), path) from None
    except (OSError, RuntimeError) as error:  # a ring of links is a RuntimeError to older versions
        raise Unfit(tr("{path!r} cannot be read: {reason}.", path=written, reason=reason_of_system(error)), path) from None
    if not content:
        raise Unfit(tr("{path!r} is empty.", path=written), path)
    if len(content) > FILE_LIMIT:
        raise Unfit(tr("{path!r} is larger than {limit} MiB. Make it smaller.", path=written, limit=FILE_LIMIT // MIB), path)
    kind, mime = type_of(content, path.name)
    if not fits(sent_as, kind, mime):
        raise Unfit(tr("{path!r} cannot be sent as {kind}: by its content it is {mime}.", path=written, kind=sent_as, mime=mime), path)
    return LocalFile(
        name=name_of(path, root),
        path=path,
        root=root.resolve(),
        sent_as=sent_as,
        sha256=sha256(content).hexdigest(),
        digest=digest(content),
    )


def name_of(path: Path, root: Path) -> str:
    """A path from the folder of the rules on, by which replies know the file whatever links lead to it today."""
    return Path(os.path.relpath(path.absolute(), root.absolute())).as_posix()


def inside(path: Path, root: Path) -> Path:
    """The path with all links followed; raises `Outside` if they leave the root, `OSError` if they lead nowhere."""
    real = path.resolve(strict=True)
    if not real.is_relative_to(root):
        raise Outside(tr("it is outside the folder of the rules"))
    return real


def reason_of_system(error: OSError | RuntimeError) -> str:
    """The reason for which a file cannot be read; older versions of Python say RuntimeError of a ring of links."""
    return system_reason(error) if isinstance(error, OSError) else str(error)


def path_of(written: str, folder: Path) -> Path:
    """The path that is written in a rule file of a folder; raises `Unfit` if no file can have it."""
    if written.startswith(("/", "~")) or PureWindowsPath(written).is_absolute() or PureWindowsPath(written).drive:
        raise Unfit(tr("{path!r} is an absolute path. Put the file beside the rules, and write its path from there.", path=written))
    if "\\" in written:
        raise Unfit(tr("{path!r} has \\ in it. Write {fitting}", path=written, fitting=written.replace("\\", "/")))
    if not written.isprintable():
        raise Unfit(tr("{path!r} holds characters that no file name should have. Rename the file.", path=written))
    return folder.absolute() / written


def missing(written: str, path: Path) -> str:
    """The message for a file that is not there, with the one that may be meant."""
    names: list[str] = []
    with suppress(OSError):
        names = sorted(each.name for each in path.parent.iterdir())
    parent = written[: len(written) - len(path.name)]
    guess = did_you_mean(written, [f"{parent}{name}" for name in names])
    way_out = guess or tr(" Put it there, or write a web address, with https:// in front.")
    return tr("there is no file {path!r} beside the rules.{way_out}", path=written, way_out=way_out)


def read_whole(path: Path) -> bytes:
    """The content of a regular file, at most one byte more than may be sent. Raises `OSError`."""
    # Not to wait for somebody who writes into a pipe.
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(tr("it is a folder or a device"))
        with open(descriptor, "rb", closefd=False) as file:
            return file.read(FILE_LIMIT + 1)
    finally:
        os.close(descriptor)


def type_of(content: bytes, name: str) -> tuple[MediaKind, str]:
    """The kind and type of a file by its content; its name distinguishes only what the content leaves open."""
    return kind_of_content(content, mime_of_name(name), name)


def fits(sent_as: str, kind: MediaKind, mime: str) -> bool:
    """True if a file of that kind and type can be sent as a kind of reply.

    >>> fits("image", "image", "image/png"), fits("image", "document", "text/html"), fits("document", "image", "image/png")
    (True, False, True)
    """
    return sent_as in ("document", kind) or (sent_as == "sticker" and mime == STICKERS)
