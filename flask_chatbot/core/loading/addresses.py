"""The addresses of media: files beside the rules are looked up, and URLs that lead to no file are warned of, if they are written out."""

import re
from pathlib import Path

from flask_chatbot.core.language.sentences import clip
from flask_chatbot.core.late import late_pattern
from flask_chatbot.core.loading.places import Place
from flask_chatbot.core.media.local import LocalFile, Unfit, find_local
from flask_chatbot.core.templates.template import has_marks
from flask_chatbot.core.translation.translatable import Translatable, reason_of, tr

WEB = ("https://", "http://")
QUOTES = "\u2018\u2019\u201c\u201d\u201e"
HOST = late_pattern(r"(?:[\w-]+\.)+[a-z]{2,}/|www\.", re.IGNORECASE)
SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:(?://|.*,)")  # of a URL, though none that a file could come from
ADDRESS = re.compile(r"https?://(?:www\.|m\.)?([^/?#]+)([^?#]*)(\S*)", re.IGNORECASE)
DRIVE_ID = late_pattern(r"/d/([\w-]+)|[?&]id=([\w-]+)")
# Hosts whose addresses are those of pages; files of theirs have other hosts, such as i.imgur.com.
PAGES = frozenset(
    "youtube.com youtu.be instagram.com facebook.com fb.watch tiktok.com twitter.com x.com threads.net imgur.com ibb.co postimg.cc "
    "canva.com photos.app.goo.gl photos.google.com docs.google.com 1drv.ms onedrive.live.com wetransfer.com we.tl mediafire.com wa.me "
    "linktr.ee".split()
)
THE_FILE = tr("Write the address of the file itself, which a browser shows or saves without a page around it.")


class LocalFiles:
    """The files beside the rules that replies name, as far as they have been read; `root` is the root file."""

    def __init__(self, root: Path) -> None:
        self.root = root.parent
        self.by_name: dict[str, LocalFile] = {}
        self.unfit: list[Path] = []

    def name_at(self, place: Place, kind: str) -> str:
        """The name of the file at a place, if a file is meant there; empty for a web address, and for what is reported."""
        if place.data is None:  # refused
            return ""
        source = place.data.strip().strip(QUOTES)
        if may_be_address(source) or has_marks(source) or SCHEME.match(source):
            warn_of_address(place, source, kind)
            return ""
        try:
            found = find_local(source, self.folder_of(place), self.root, kind)
        except Unfit as error:
            if HOST.match(source) and not (self.folder_of(place) / source).exists():
                warn_of_address(place, source, kind)
                return ""
            place.report(reason_of(error))
            self.unfit += [error.path] if error.path else []
            return ""
        self.by_name[found.name] = found
        return found.name

    def folder_of(self, place: Place) -> Path:
        """The folder from which paths at a place count: that of its rule file; for rules in Python, that of the root file."""
        return Path(place.document.file).parent if place.document.lines else self.root


def warn_of_address(place: Place, source: str, kind: str) -> None:
    """Warn of the URL at `place`, where a reply of this kind could not be made of it."""
    if not may_be_address(source):
        place.warn(no_address(clip(source, 60), way_to_the_web(source)))
    elif way_out := way_from_page(source, kind):
        place.warn(
            tr(
                "{address!r} is the address of a page, so customers would get no {kind}. {way_out}",
                address=clip(source, 60),
                kind=kind,
                way_out=way_out,
            )
        )


def no_address(written: str, way_out: str) -> Translatable:
    """The mistake that something is not an http(s) URL."""
    return tr("{address!r} is not a web address. {way_out}", address=written, way_out=way_out)


def may_be_address(source: str) -> bool:
    """True if a template can become an http(s) URL.

    >>> may_be_address("https://toko.id/a.png"), may_be_address("{{ url }}"), may_be_address("toko.id/a.png")
    (True, True, False)
    """
    if not has_marks(source):
        return source.startswith(WEB) and source.rstrip("/") not in ("https:", "http:") and " " not in source
    start = re.split(r"\{[{%#]", source, maxsplit=1)[0]
    return start.startswith(WEB) or any(web.startswith(start) for web in WEB)


def way_to_the_web(source: str) -> str:
    """The way out for something that is not a web address."""
    if HOST.match(source) and " " not in source and not has_marks(source):
        return tr("Write it with https:// in front: {address}", address=clip(f"https://{source}", 80))
    if source.startswith(WEB):
        return tr("Write all of it, without spaces.")
    if has_marks(source):
        return tr("Begin it with https://. A file beside the rules is named without {{{{ }}}}, one reply for each.")
    return tr("Write one with https:// in front, or the path of a file beside the rules.")


def way_from_page(source: str, kind: str) -> str:
    """The way out for the address of a page; empty for any other.

    >>> way_from_page("https://drive.google.com/file/d/1AbC/view?usp=sharing", "image")
    'Write https://drive.google.com/uc?export=download&id=1AbC'
    >>> way_from_page("https://toko.id/a.png", "image")
    ''
    """
    found = ADDRESS.match(source)
    if not found or has_marks(source):
        return ""
    host, path, query = found[1].casefold(), found[2], found[3]
    if host == "drive.google.com" and path != "/uc":
        file = DRIVE_ID.search(path + query)
        return tr("Write {example}", example=f"https://drive.google.com/uc?export=download&id={file[1] or file[2]}") if file else THE_FILE
    if host == "dropbox.com" and "dl=1" not in query and "raw=1" not in query:
        return tr("Write {example}", example=f"{source.split('?', maxsplit=1)[0]}?dl=1")
    if host == "github.com" and "/blob/" in path:
        return tr("Write {example}", example=f"{source.split('?', maxsplit=1)[0]}?raw=true")
    return THE_FILE if host in PAGES or path.endswith((".html", ".htm")) else ""
