"""How a URL of ours answers in its own JSON, whatever the host app checks, limits or decorates."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from flask import Blueprint, Response
from flask.blueprints import BlueprintSetupState


class EveryMethod(set[str]):
    """What `flask routes` and the like are shown, for they do not expect None; as for matching, every method is in it."""

    def __contains__(self, method: object) -> bool:
        return True


def add_route(
    setup: BlueprintSetupState, name: str, view: Callable[..., Response], methods: Iterable[str], path: str | None = None
) -> None:
    """Let every method reach the view at ``/path``, on every host: the host app's error pages would answer 404 and 405 otherwise.

    Without a `path` it is the `name`. The view gets `_host` where the app matches hosts; what is none of the `methods` it refuses itself.
    """
    endpoint = f"{setup.name}.{name}"
    host = "<_host>" if setup.app.url_map.host_matching else None
    address = f"{setup.url_prefix or ''}/{name if path is None else path}"
    rule = setup.app.url_rule_class(address, endpoint=endpoint, host=host, strict_slashes=False)
    rule.methods = EveryMethod(methods)
    setup.app.url_map.add(rule)  # Flask's own add_url_rule would limit the methods
    setup.app.view_functions[endpoint] = view


def exempt(extensions: Mapping[str, Any], blueprint: Blueprint, view: Callable[..., Response]) -> None:
    """Free a view from CSRF tokens, and from limits meant for visitors: all customers come from the platform's one address.

    At a request, as the host may set up Flask-WTF and Flask-Limiter after us, until the first of them. A limit for our blueprint alone
    still holds.
    """
    free, limiters = getattr(extensions.get("csrf"), "exempt", None), extensions.get("limiter")
    if free is not None:
        free(view)
    if isinstance(limiters, set):
        from flask_limiter import ExemptionScope

        for limiter in limiters:
            limiter.exempt(blueprint, flags=ExemptionScope.APPLICATION | ExemptionScope.DEFAULT)
