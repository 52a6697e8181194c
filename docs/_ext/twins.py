"""Pages in two languages: `id/NAME` is the Indonesian twin of `NAME`, and each leads to the other.

A page below `id/` is marked as Indonesian, and so are the words that the theme puts around it.
"""

from collections.abc import Collection
from html import escape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sphinx.application import Sphinx

FOLDER = "id/"
NAMES = {"en": "English", "id": "Bahasa Indonesia"}
TITLES = {"en": "This page in English", "id": "Halaman ini dalam bahasa Indonesia"}
ODD_PAIRS = {"id/index": "index", "id/mulai-cepat": "quickstart"}  # alike in what they are for, not section by section
INTERFACE = {
    "Skip to content": "Langsung ke isi",
    "Back to top": "Kembali ke atas",
    "On this page": "Di halaman ini",
    "Next": "Berikutnya",
    "Previous": "Sebelumnya",
    "Home": "Beranda",
    "Search": "Cari",
    "Index": "Indeks",
    "Made with ": "Dibuat dengan ",
    '<a href="https://www.sphinx-doc.org/">Sphinx</a> and ': '<a href="https://www.sphinx-doc.org/">Sphinx</a> dan ',
    "Copyright &#169; %(copyright)s": "Hak cipta &#169; %(copyright)s",
}


def language_of(page: str) -> str:
    """The language of a page by its name.

    >>> language_of("first-rules"), language_of("id/first-rules")
    ('en', 'id')
    """
    return "id" if page.startswith(FOLDER) else "en"


def twin_of(page: str, pages: Collection[str]) -> str | None:
    """The same page in the other language, if there is one.

    >>> twin_of("customers", ["id/customers"]), twin_of("id/customers", ["customers"]), twin_of("api", ["id/customers"])
    ('id/customers', 'customers', None)
    """
    odd = {**ODD_PAIRS, **{english: twin for twin, english in ODD_PAIRS.items()}}
    twin = odd.get(page) or (page.removeprefix(FOLDER) if page.startswith(FOLDER) else FOLDER + page)
    return twin if twin in pages else None


def dress(app: "Sphinx", page: str, _template: str, context: dict[str, Any], _tree: object) -> None:
    """Give a page its language and the way to its twin, for `_templates/page.html`."""
    context["language"] = language_of(page)
    if context["language"] == "id":
        context["gettext"] = lambda text: INTERFACE.get(text, text)
    twin = twin_of(page, app.env.found_docs)
    if twin is not None:
        other, link = language_of(twin), context["pathto"](twin)
        context["twin"] = {"link": link, "language": other, "name": NAMES[other], "title": TITLES[other]}
        context["metatags"] = context.get("metatags", "") + f'<link rel="alternate" hreflang="{other}" href="{escape(link)}">\n'


def setup(app: "Sphinx") -> dict[str, bool]:
    """Connect to Sphinx."""
    app.connect("html-page-context", dress)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
