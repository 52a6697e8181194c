"""Receives the status of messages, and believes only what was signed with our secret."""

import logging
import os

from flask import Flask, request
from flask_chatbot import BadSignature, verify_signature

app = Flask(__name__)
log = logging.getLogger(__name__)


@app.post("/acks")
def acks():
    try:
        verify_signature(
            os.environ["CHATBOT_SIGNING_SECRET"], request.headers, request.get_data()
        )
    except BadSignature as error:
        return {"error": str(error)}, 401
    event = request.get_json()
    log.info(
        "message %s has ack %d", event["msgid"], event["ack"]
    )  # the same Webhook-Id again is the same event
    return "", 204
