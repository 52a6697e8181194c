"""A gateway of our own in another process, with simulated phones; pages of its own let them write, and show what they got."""

import os
from pathlib import Path

from flask import Flask, Response, jsonify, request

from flask_chatbot import Chatbot, ContactCard, Location, Text
from flask_chatbot.core.values.replies import Media
from flask_chatbot.transports.simulator import Simulator

GROUP = "120363041234567890"
NOBODY = "628999999999"


def create_app() -> Flask:
    """The app; what is variable is in the environment."""
    folder = Path(os.environ["NEIGHBOUR_IN"])
    app = Flask("neighbour", root_path=str(folder), instance_path=str(folder / "instance"))
    simulator = Simulator()
    budi = simulator.phone("628123456789", name="Budi")
    simulator.phone(NOBODY, has_whatsapp=False)
    simulator.group(GROUP, "Tim Toko", [budi])
    app.config.update(CHATBOT_TRANSPORT=simulator)
    Chatbot(app)

    @app.post("/write")
    def write() -> str:
        simulator.phone("628123456789", name="Budi").writes(request.get_data(as_text=True))
        return "written"

    @app.get("/arrived")
    def arrived() -> Response:
        return jsonify([[each.chat, shown(each.reply)] for each in simulator.arrived])

    return app


def shown(reply: object) -> str:
    """A reply in a word."""
    if isinstance(reply, Text):
        return reply.text
    if isinstance(reply, Location):
        return f"{reply.lat} {reply.lng} {reply.name}"
    if isinstance(reply, ContactCard):
        return f"{reply.name} {' '.join(reply.numbers)}"
    return reply.url if isinstance(reply, Media) else repr(reply)
