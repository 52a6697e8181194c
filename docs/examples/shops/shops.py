"""Many shops in one process: a folder for each, which is also its address."""

import logging
import sys
import tomllib
from pathlib import Path

from flask import Flask, current_app, has_app_context
from flask_chatbot import Chatbot, ChatbotError, run_workers
from werkzeug.exceptions import ServiceUnavailable
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.middleware.proxy_fix import ProxyFix

SHOPS = Path(__file__).parent / "shops"
log = logging.getLogger(__name__)


class NamesShop(logging.Filter):
    """Gives each log record the name of the shop it is about."""

    def filter(self, record):
        record.shop = current_app.name if has_app_context() else "-"
        return True


def set_up_log():
    handler = logging.StreamHandler()
    handler.addFilter(NamesShop())
    handler.setFormatter(logging.Formatter("%(asctime)s %(shop)s %(name)s %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler])


def create_shop(name, shops=SHOPS):
    """A shop has all in its folder: settings, rules, and the instance folder."""
    folder = Path(shops) / name
    app = Flask(name, root_path=str(folder), instance_path=str(folder / "instance"))
    app.config.from_file(folder / "settings.toml", load=tomllib.load, text=False)
    Chatbot(app)
    return app


def create_shops(shops=SHOPS):
    """The shops by name; None for one that does not start, which the others do not feel."""
    found = {}
    for name in sorted(each.parent.name for each in Path(shops).glob("*/settings.toml")):
        found[name] = None
        try:
            found[name] = create_shop(name, shops)
        except ChatbotError as error:  # every mistake with its place
            log.error("the shop %s does not start: %s", name, error)
        except Exception:
            log.exception("the shop %s does not start", name)
    return found


def create_site(shops=SHOPS):
    """The webhooks are /kopi/chatbot/webhook, /roti/chatbot/webhook and so on."""
    set_up_log()
    closed = ServiceUnavailable("This shop does not start.", retry_after=60)
    apps = {f"/{name}": app or closed for name, app in create_shops(shops).items()}
    return ProxyFix(DispatcherMiddleware(Flask("site"), apps), x_for=1, x_proto=1, x_host=1)


if __name__ == "__main__":  # python shops.py: the workers of all shops
    set_up_log()
    working = [app for app in create_shops().values() if app is not None]
    sys.exit(0 if run_workers(working) else 1)
