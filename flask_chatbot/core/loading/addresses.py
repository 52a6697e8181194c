"""Warnings about media URLs that lead to no file, if they are written out."""

import re

from flask_chatbot.core.language.sentences import clip
from flask_chatbot.core.loading.places import Place
from flask_chatbot.core.templates.template import has_marks
from flask_chatbot.core.translation.translatable import Translatable, tr

WEB = ("https://", "http://")
QUOTES = "\u2018\u2019\u201c\u201d\u201e"
HOST = re.compile(r"(?:[\w-]+\.)+[a-z]{2,}/|www\.", re.IGNORECASE)
ADDRESS = re.compile(r"https?://(?:www\.|m\.)?([^/?#]+)([^?#]*)(\S*)", re.IGNORECASE)
DRIVE_ID = re.compile(r"/d/([\w-]+)|[?&]id=([\w-]+)")
# Hosts whose addresses are those of pages; files of theirs have other hosts, such as i.imgur.com.
PAGES = frozenset(
    "youtube.com youtu.be instagram.com facebook.com fb.watch tiktok.com twitter.com x.com threads.net imgur.com ibb.co postimg.cc "
    "canva.com photos.app.goo.gl photos.google.com docs.google.com 1drv.ms onedrive.live.com wetransfer.com we.tl mediafire.com wa.me "
    "linktr.ee".split()
)
THE_FILE = tr("Write the address of the file itself, which a browser shows or saves without a page around it.")


def warn_of_address(place: Place, kind: str) -> None:
    """Warn of the URL at `place`, where a reply of this kind could not be made of it."""
    if place.data is None:  # refused
        return
    source = place.data.strip().strip(QUOTES)
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
    return tr("Phones cannot fetch a file from your computer: put it on the web, and write its address with https:// in front.")


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
