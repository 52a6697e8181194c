"""The worker of an app's gateway, at work while the app is served."""

import sys
from contextlib import AbstractContextManager
from weakref import ref

from flask import Flask, request

from flask_chatbot.gateway.embedded import Embedded
from flask_chatbot.gateway.hiring import hire
from flask_chatbot.gateway.reception import receiver
from flask_chatbot.gateway.service import Gateway
from flask_chatbot.reloading import keep_fresh


def work_while_serving(app: Flask, gateway: Gateway) -> Embedded:
    """Have a thread of each process that serves the app ready to do the gateway's work; one of them does it."""
    here = ref(app)  # not the app itself: threads must not keep it alive

    def context() -> AbstractContextManager[object]:
        served = here()
        if served is None:
            raise RuntimeError("The app that this worker belongs to is gone.")
        keep_fresh(served)  # what comes in by the transport is answered by changed rules, too
        return served.app_context()

    embedded = Embedded(lambda: hire(gateway, receiver(gateway, context), context, leads=True))
    # Before all of the host's: one that answers by itself would keep the others from being called.
    app.before_request_funcs.setdefault(None, []).insert(0, lambda: embedded.serve(request.environ))
    embedded.arm(sys._getframe(1))
    return embedded
