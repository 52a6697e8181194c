"""`Visit`: one request for a page, with who makes it, in which language, and the means to answer."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from io import BytesIO
from os.path import relpath
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, quote, urlencode

from flask import Response, request
from werkzeug.formparser import FormDataParser

from flask_chatbot.console.access.sessions import COOKIE, LASTS, BrowserSession
from flask_chatbot.console.access.viewers import Viewer
from flask_chatbot.console.console import Console
from flask_chatbot.console.marks import shown
from flask_chatbot.console.routing import Routes
from flask_chatbot.console.templating import fingerprint, pages
from flask_chatbot.core.language.masking import mask_numbers
from flask_chatbot.core.language.numbers import InvalidNumber, mask, normalize_phone, read_number
from flask_chatbot.core.translation.catalogue import ENGLISH, translate
from flask_chatbot.core.values.problems import Mark, Problem

if TYPE_CHECKING:
    from flask_chatbot.store.console.audit import Act

LANGUAGES: Mapping[str, str] = {"id": "Bahasa Indonesia", "en": "English"}  # each by its own name
LANGUAGE_COOKIE = "chatbot_console_language"
UPLOAD = "multipart/form-data"  # the type of a form with files
Uploaded = tuple[dict[str, str], dict[str, tuple[str, bytes]]]  # fields, and files with their names
LIVE = "live"  # in the address at which a page looks again
YEAR = 365 * 86_400  # seconds


@dataclass(slots=True, kw_only=True)
class Visit:
    """One request. The `viewer` is None on the pages before the login; `about` is the last part of an open path."""

    console: Console
    routes: Routes
    session: BrowserSession
    viewer: Viewer | None
    nonce: str
    about: str = ""
    body: bytes = b""
    has_shown_numbers: bool = False
    _language: str = ""
    _parts: "Uploaded | None" = None
    _base: str = ""

    @property
    def base(self) -> str:
        """The address of the console, without a slash at its end."""
        if not self._base:
            self._base = f"{request.script_root}{self.console.bots.own.settings.prefix}/console"
        return self._base

    @property
    def here(self) -> str:
        """The address of the page below that of the console, to come back to; empty after a change, whose own address shows no page."""
        if request.method != "GET":
            return ""
        query = f"?{request.query_string.decode('ascii', 'replace')}" if request.query_string else ""
        return f"{quote(request.path.removeprefix(f'{self.console.bots.own.settings.prefix}/console'))}{query}"

    @property
    def form(self) -> dict[str, str]:
        """The fields of a form that was sent; of several of one name, the last."""
        if request.mimetype == UPLOAD:
            return self._uploaded()[0]
        return dict(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))

    def file(self, name: str) -> "tuple[str, bytes] | None":
        """The name and the bytes of a file that was sent with a form; None if none was chosen."""
        return self._uploaded()[1].get(name) if request.mimetype == UPLOAD else None

    def _uploaded(self) -> "Uploaded":
        """The fields and files of a form with files, which is read once."""
        if self._parts is None:
            parser = FormDataParser(stream_factory=lambda *_, **__: BytesIO(), silent=True)  # nothing is written to the disk
            _, fields, files = parser.parse(BytesIO(self.body), request.mimetype, len(self.body), request.mimetype_params)
            self._parts = dict(fields.items()), {name: (each.filename or "", each.read()) for name, each in files.items() if each.filename}
        return self._parts

    @property
    def language(self) -> str:
        """The language that was chosen, else the first one of the browser's that there is, else that of the rule file."""
        if not self._language:
            chosen = request.cookies.get(LANGUAGE_COOKIE, "")
            wanted = (chosen, request.accept_languages.best_match(list(LANGUAGES)), self.console.bots.own.book.named_language)
            self._language = next((each for each in wanted if each and each in LANGUAGES), ENGLISH)
        return self._language

    def translated(self, sentence: str) -> str:
        """A message of ours in the language of the page; any other text as it is."""
        return translate(sentence, self.language)

    def asset(self, name: str) -> str:
        """The address of a file of the console's own; it changes with the file."""
        return f"{self.base}/static/{name}?v={fingerprint(name)}"

    def number(self, number: str) -> str:
        """A telephone number as this viewer sees it: masked, unless whole numbers were asked for, which the audit log knows."""
        masked = mask(number)
        self.has_shown_numbers = self.has_shown_numbers or (self.session.shows_numbers and masked != number)
        return number if self.session.shows_numbers else masked

    def masked(self, text: str) -> str:
        """A text of other people with the telephone numbers in it as this viewer sees them."""
        masked = mask_numbers(text, self.console.bots.own.book.locale.country)
        self.has_shown_numbers = self.has_shown_numbers or (self.session.shows_numbers and masked != text)
        return text if self.session.shows_numbers else masked

    def text(self, text: str) -> str:
        """A text of other people as a page shows it to this viewer: numbers masked, and nothing in it that would change other texts."""
        return shown(self.masked(text))

    def place(self, mark: Mark) -> Mark:
        """A place in the rules, its file named from their folder: where that lies on the server helps nobody here."""
        return replace(mark, file=path_from(mark.file, self.console.bots.own.path.parent)) if mark else mark

    def problem(self, problem: Problem) -> str:
        """A problem of the rules in a sentence, with its place."""
        return self.translated(replace(problem, mark=self.place(problem.mark)).sentence)

    def dialled(self, number: str) -> str:
        """A number as it is stored, however it was written; any other name as it is."""
        country = self.console.bots.own.book.locale.country
        return number if isinstance(read_number(number, country), InvalidNumber) else normalize_phone(number, country)

    def when(self, at: float) -> str:
        """A time as people read it, in the time zone of the rules."""
        return f"{datetime.fromtimestamp(at, self.console.bots.own.book.locale.timezone):%d/%m/%Y %H:%M:%S}"

    def iso(self, at: float) -> str:
        """A time as programs read it."""
        return datetime.fromtimestamp(at, self.console.bots.own.book.locale.timezone).isoformat(timespec="seconds")

    def asked(self, name: str, limit: int = 200) -> str:
        """A value in the address of the page, without control characters, which go into no name; empty if it is not there."""
        return "".join(each for each in request.args.get(name, "") if each.isprintable()).strip()[:limit]

    def filters(self, names: Iterable[str]) -> dict[str, Any]:
        """The filters of a list that are asked for, as its form shows them and as addresses of its further pages hold them."""
        asked = {name: self.asked(name) for name in names}
        return {
            "asked": {name: shown(value) for name, value in asked.items()},
            "query": urlencode({name: value for name, value in asked.items() if value}),
        }

    @property
    def before(self) -> int | None:
        """The number of the row behind which a list goes on; None at its beginning."""
        asked = self.asked("before")
        return int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 19 else None

    @property
    def page_number(self) -> int:
        """The number of the page of a list, the first one 0."""
        asked = self.asked("page")
        return int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 7 else 0

    @property
    def day(self) -> tuple[float, float] | None:
        """The times between which the day that is asked for lies, in the time zone of the rules; None if none is."""
        zone = self.console.bots.own.book.locale.timezone
        with suppress(ValueError, OverflowError):
            day = datetime.strptime(self.asked("day"), "%Y-%m-%d")  # noqa: DTZ007  it gets its zone below
            return day.replace(tzinfo=zone).timestamp(), (day + timedelta(days=1)).replace(tzinfo=zone).timestamp()
        return None

    @property
    def persons(self) -> tuple[str, ...] | None:
        """The ids of the person whose number is asked for, which are none for somebody unknown; None if no number is."""
        from flask_chatbot.store import people

        if not (number := self.asked("number")):
            return None
        with self.console.database().reading() as connection:
            person = people.find(connection, self.dialled(number))
            return () if person is None else tuple(people.ids_of(connection, person))

    def page(self, template: str, status: int = 200, /, **names: object) -> Response:
        """A page of the console."""
        written = (
            pages(self.language)
            .get_template(template)
            .render({**names, "visit": self, "viewer": self.viewer, "languages": LANGUAGES, "token": self.token})
        )
        return Response(written, status, content_type="text/html; charset=utf-8")

    def fragment(self, template: str, /, **names: object) -> Response:
        """A part of a page that looks again every few seconds; it is sent only if it has changed."""
        response = self.page(template, **names)
        response.add_etag()
        response.headers["Cache-Control"] = "no-cache"
        response.make_conditional(request)
        return response

    def live_page(
        self, template: str, part: str, status: int = 200, /, *, at: str = "", is_newest: bool = True, **names: object
    ) -> Response:
        """A page with a part that looks again every few seconds while it shows the newest; it is sent alone when it does.

        It looks at the page's own address, or at the one `at` which the page is got after a change.
        """
        if self.asked(LIVE):
            return self.fragment(part, **names)
        address = at or self.here
        return self.page(template, status, part=part, live=f"{self.base}{address}" if is_newest and address else "", **names)

    @property
    def menu(self) -> list[tuple[str, str]]:
        """The pages in the menu, by path, with their words."""
        return [] if self.viewer is None else [(path, self.translated(words)) for path, words in self.routes.menu(self.viewer)]

    @property
    def token(self) -> str:
        """The token that each form of this session carries."""
        return self.console.sessions.token(self.session)

    def go(self, path: str = "") -> Response:
        """Lead the browser to another page, after a change."""
        return Response(status=303, headers={"Location": f"{self.base}{path}"})

    def keep(self, response: Response, session: BrowserSession | None) -> Response:
        """Keep a session in the browser, or end it if that is None."""
        where: dict[str, Any] = {"path": self.base, "secure": request.is_secure, "httponly": True, "samesite": "Lax"}
        if session is None:
            response.delete_cookie(COOKIE, **where)
        else:
            response.set_cookie(COOKIE, self.console.sessions.write(session), max_age=LASTS, **where)
        return response

    def with_numbers(self, is_shown: bool) -> BrowserSession:
        """The session, with whole numbers or masked ones."""
        return replace(self.session, shows_numbers=is_shown)

    def record(self, action: str, about: str = "") -> None:
        """Note in the audit log that the viewer does something."""
        from flask_chatbot.store.console import audit

        with self.console.database().writing() as connection:
            audit.add(connection, self.act(action, about))

    def act(self, action: str, about: str = "") -> "Act":
        """The act of the viewer, as the audit log has it."""
        from flask_chatbot.store.console.audit import Act

        return Act(
            at=self.console.bots.own.clock().timestamp(),
            name="" if self.viewer is None else self.viewer.name,
            address=request.remote_addr or "",
            action=action,
            about=about,
        )


@lru_cache(maxsize=1000)
def path_from(path: str, folder: Path) -> str:
    """The path of a file from a folder.

    >>> path_from("/srv/toko/rules/cuci.yaml", Path("/srv/toko")), path_from("/srv/umum.yaml", Path("/srv/toko"))
    ('rules/cuci.yaml', '../umum.yaml')
    """
    return Path(relpath(path, folder)).as_posix()
