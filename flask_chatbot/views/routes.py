"""Routes whose views answer in our own JSON, whatever the host app checks, limits or decorates."""

from collections.abc import Callable, Iterable

from flask import Blueprint, Flask, Response
from flask.blueprints import BlueprintSetupState

from flask_chatbot.errors import ChatbotError
from flask_chatbot.views.entrance import Entrance, blueprint_of


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
