"""Routes that answer in our own JSON, whatever the host app checks, limits or decorates."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from flask import Blueprint, Response
from flask.blueprints import BlueprintSetupState


class EveryMethod(set[str]):
    """Every method for routing, but a short list for `flask routes` and the like, which do not expect None."""

    def __contains__(self, method: object) -> bool:
        return True


def add_route(
    setup: BlueprintSetupState, name: str, view: Callable[..., Response], methods: Iterable[str], path: str | None = None
) -> None:
    """Route every method at ``/path``, on every host, to the view: otherwise the host's error pages would answer 404 and 405.

    `path` defaults to the `name`. The view gets `_host` if the app matches hosts; it refuses other methods than `methods` itself.
    """
    endpoint = f"{setup.name}.{name}"
    host = "<_host>" if setup.app.url_map.host_matching else None
    address = f"{setup.url_prefix or ''}/{name if path is None else path}"
    rule = setup.app.url_rule_class(address, endpoint=endpoint, host=host, strict_slashes=False)
    rule.methods = EveryMethod(methods)
    setup.app.url_map.add(rule)  # Flask's own add_url_rule would limit the methods
    setup.app.view_functions[endpoint] = view


def exempt(extensions: Mapping[str, Any], blueprint: Blueprint, view: Callable[..., Response]) -> None:
    """Free a view from CSRF tokens and from limits meant for visitors: all customers come from the platform's one address.

    It happens at the first request, as the host may set up Flask-WTF and Flask-Limiter after us. A limit for our blueprint alone still
    holds.
    """
    free, limiters = getattr(extensions.get("csrf"), "exempt", None), extensions.get("limiter")
    if free is not None:
        free(view)
    if isinstance(limiters, set):
        from flask_limiter import ExemptionScope

        for limiter in limiters:
            limiter.exempt(blueprint, flags=ExemptionScope.APPLICATION | ExemptionScope.DEFAULT)
