"""Routes whose views answer in our own JSON, whatever the host app checks, limits or decorates."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from flask import Blueprint, Flask, Response, current_app, request
from flask.blueprints import BlueprintSetupState
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, RequestRedirect, Rule

from flask_chatbot.errors import ChatbotError

First = Callable[[str | None, dict[str, Any] | None], None]  # called by Flask with the endpoint and the values in the URL


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


def mount(app: Flask, blueprints: Iterable[Blueprint], prefix: str) -> None:
    """Register our blueprints below a prefix; `ChatbotError` where that is not possible, and the app is as it was."""
    ours = {blueprint.name: blueprint for blueprint in blueprints}
    for name in ours:
        if name in app.blueprints:
            raise ChatbotError(
                f"This app already has a blueprint named {name!r}, a name the bot needs. Rename yours. The app is as it was."
            )
    try:
        for blueprint in ours.values():
            app.register_blueprint(blueprint, url_prefix=prefix)
    except AssertionError as error:
        raise ChatbotError("This app has answered requests already. Call init_app before the first one.") from error
    rules = [rule for rule in app.url_map.iter_rules() if blueprint_of(rule.endpoint) in ours]
    first = {name: app.url_value_preprocessors.pop(name, []) for name in ours}
    app.url_value_preprocessors[None].insert(0, Entrance(rules, first).enter)


def blueprint_of(endpoint: object) -> str:
    """The name of the blueprint of an endpoint; empty for one of the app's own.

    >>> blueprint_of("chatbot_webhook.webhook"), blueprint_of("home")
    ('chatbot_webhook', '')
    """
    return str(endpoint).rpartition(".")[0]


def add_route(
    setup: BlueprintSetupState, name: str, view: Callable[..., Response], methods: Iterable[str], path: str | None = None
) -> None:
    """Let the view answer at ``/path`` on every host. Calls with other methods than these reach it as well, and it refuses them itself.

    Without a `path` it is the `name`. Without `methods` the view refuses whatever the host has no page for. It gets `_host` where the app
    matches hosts.
    """
    endpoint = f"{setup.name}.{name}"
    host = "<_host>" if setup.app.url_map.host_matching else None
    address = f"{setup.url_prefix or ''}/{name if path is None else path}"
    rule = setup.app.url_rule_class(address, endpoint=endpoint, host=host, strict_slashes=False, methods=list(methods))
    setup.app.url_map.add(rule)  # Flask's own add_url_rule would answer OPTIONS
    setup.app.view_functions[endpoint] = view


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
