"""The entrance of requests to our views: before the host app sees them, and with their bodies read, from any server and within a limit."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from io import BytesIO
from typing import IO, Any

from flask import Flask, Request, current_app, request
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge
from werkzeug.routing import Map, RequestRedirect, Rule
from werkzeug.wsgi import get_content_length, get_input_stream

from flask_chatbot.core.logs import get_logger
from flask_chatbot.core.translation.translatable import tr
from flask_chatbot.errors import BadPayload

BODY_LIMIT = 256 * 1024  # bytes
CUT_SHORT = tr("The body could not be read to its end. Send all of it.")

First = Callable[[str | None, dict[str, Any] | None], None]  # called by Flask with the endpoint and the values in the URL

log = get_logger(__name__)


class Entrance:
    """Takes requests to our views before the host's functions see them, and calls our blueprints' own `url_value_preprocessor` functions.

    A call whose method a route of ours refuses goes to its view all the same, so that the view answers 405 and no error page of the host's
    does: the rules of the routes name only the methods they take, since site maps and the like go by them.
    """

    def __init__(self, rules: Iterable[Rule], first: Mapping[str, Sequence[First]]) -> None:
        self._rules = {rule.endpoint: rule for rule in rules}
        # Flask would ask its proxies for the arguments of each, which costs as much as finding the rule of a message.
        self._first = {endpoint: first[blueprint_of(endpoint)] for endpoint in self._rules}
        self._beginnings = tuple({rule.rule.partition("<")[0].rstrip("/") for rule in self._rules.values()})
        self._addresses: Map | None = None  # made when it is first needed: by then the app is whole
        self._has_exempted = False

    def enter(self, endpoint: str | None, values: dict[str, Any] | None) -> None:
        """Prepare the current request for our view, if one owns its address. Call it before anything of the host's sees the request."""
        if not self._has_exempted:
            self._exempt(current_app._get_current_object())  # type: ignore[attr-defined]
        if endpoint not in self._first:
            endpoint, values = self._other_method()
        if values is not None:
            for function in self._first[endpoint]:
                function(endpoint, values)

    def _exempt(self, app: Flask) -> None:
        """Exempt our views at the first request of all: the host may have set up what they are exempt from after us."""
        for endpoint in self._rules:
            exempt(app.extensions, app.blueprints[blueprint_of(endpoint)], app.view_functions[endpoint])
        self._has_exempted = True

    def _other_method(self) -> tuple[str, dict[str, Any]] | tuple[None, None]:
        """Find our view for the address of a request that a route of ours refuses; None where the address is the host's."""
        if not request.path.startswith(self._beginnings) or isinstance(request.routing_exception, RequestRedirect):
            return None, None  # or a redirection to a page of the host's
        if request.url_rule is not None and not request.url_rule.arguments:
            return None, None  # a page of the host's at this very address
        if (found := self._owner(current_app._get_current_object())) is None:  # type: ignore[attr-defined]
            return None, None
        rule, values = found[0], dict(found[1])
        request.url_rule, request.view_args, request.routing_exception = rule, values, None
        return rule.endpoint, values

    def _owner(self, app: Flask) -> tuple[Rule, Mapping[str, Any]] | None:
        """Our rule for the address of the current request; None where it is the host's, whatever the methods."""
        adapter = app.create_url_adapter(request._get_current_object())  # type: ignore[attr-defined]
        if adapter is None:
            return None
        if self._addresses is None:
            self._addresses = without_methods(app.url_map)
        adapter.map = self._addresses
        try:
            rule, values = adapter.match(return_rule=True)
        except HTTPException:
            return None
        return (self._rules[rule.endpoint], values) if rule.endpoint in self._rules else None


def without_methods(routes: Map) -> Map:
    """The same addresses, found whatever the method: of those that fit, Werkzeug finds the one that says most."""
    addresses = Map(
        default_subdomain=routes.default_subdomain,
        strict_slashes=routes.strict_slashes,
        merge_slashes=routes.merge_slashes,
        redirect_defaults=False,
        converters=routes.converters,
        host_matching=routes.host_matching,
    )
    for rule in routes.iter_rules():
        known = Rule.get_empty_kwargs(rule)  # not by its own class, whose constructor may want more
        addresses.add(Rule(rule.rule, **{**known, "methods": None, "websocket": rule.websocket, "merge_slashes": rule.merge_slashes}))
    return addresses


def blueprint_of(endpoint: object) -> str:
    """The name of the blueprint of an endpoint; empty for one of the app's own.

    >>> blueprint_of("chatbot_webhook.webhook"), blueprint_of("home")
    ('chatbot_webhook', '')
    """
    return str(endpoint).rpartition(".")[0]


def exempt(extensions: Mapping[str, Any], blueprint: object, view: object) -> None:
    """Free a view from CSRF tokens and from limits meant for visitors: all customers come from the platform's one address.

    A limit for our blueprint alone still holds.
    """
    free, limiters = getattr(extensions.get("csrf"), "exempt", None), extensions.get("limiter")
    if free is not None:
        free(view)
    if isinstance(limiters, set):
        from flask_limiter import ExemptionScope

        for limiter in limiters:
            limiter.exempt(blueprint, flags=ExemptionScope.APPLICATION | ExemptionScope.DEFAULT)


def take_body(request: Request, values: dict[str, Any], limit: int | None, most: int = BODY_LIMIT) -> None:
    """Read the body of a request for its view, as its argument `body`; one that cannot be read is `refused` there.

    Call it before any `before_request` of the host: one may check CSRF tokens, or consume a body that claims to be a form. An error raised
    there would meet the host's error pages.
    """
    try:
        values["body"] = read_body(request, limit, most)
    except BadPayload as error:
        values["refused"] = error


def read_body(request: Request, limit: int | None, most: int = BODY_LIMIT) -> BytesIO:
    """Read the whole body of a POST, up to `most` bytes or the app's `limit`; raise `BadPayload` otherwise. The host may read it again."""
    if request.method != "POST":
        raise BadPayload(tr("This address takes POST only."), 405)
    stated = (environ := request.environ).get("CONTENT_LENGTH", "")
    is_usual = stated.isdecimal() and len(stated) < 20 and "HTTP_TRANSFER_ENCODING" not in environ
    length = int(stated) if is_usual else get_content_length(environ)  # which costs ten times that
    limit = most if limit is None else min(limit, most)
    if length is not None and length > limit:
        raise _too_large(limit)
    try:
        # Werkzeug's own streams, made for uploads, would cost as much as the matching.
        body: bytes = _unmeasured(request, limit) if length is None else environ["wsgi.input"].read(length)
        if length is not None and len(body) < length:
            body = _continued(request, body, length)
    except RequestEntityTooLarge:
        raise _too_large(limit) from None
    except Exception as error:  # noqa: BLE001  each server has errors of its own for a body that breaks off or is wrongly chunked
        log.info("could not read a body: %s", type(error).__name__)
        raise BadPayload(CUT_SHORT) from None
    if len(body) > limit:
        raise _too_large(limit)
    if length is not None:
        if len(body) < length:  # some servers hand on what they got, as if it were all
            raise BadPayload(CUT_SHORT)
        environ["wsgi.input"] = BytesIO(body)
    return BytesIO(body)


def _unmeasured(request: Request, limit: int) -> bytes:
    """Read a body of unknown length. It would be cut silently at the limit, so the limit is one byte higher."""
    request.stream = get_input_stream(request.environ, max_content_length=limit + 1)  # Flask 3.0 has no limit that a request could set
    return request.get_data()


def _continued(request: Request, body: bytes, length: int) -> bytes:
    """Read the rest of a body of `length` bytes, as far as there is more than the server has passed on."""
    stream: IO[bytes] = request.environ["wsgi.input"]
    while len(body) < length and (more := stream.read(length - len(body))):
        body += more
    return body if len(body) == length else request.get_data()  # where it has been read already, Werkzeug kept it


def _too_large(limit: int) -> BadPayload:
    return BadPayload(tr("The body is larger than {limit} bytes. Send less.", limit=limit), 413)
