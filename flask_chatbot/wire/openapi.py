"""The OpenAPI 3.1 description of the API, generated from the definitions that its views use. Pure."""

from collections.abc import Mapping
from typing import Any

from flask_chatbot.core.values.outbound import Ack
from flask_chatbot.core.values.replies import KINDS
from flask_chatbot.wire.calls import FIELDS, SENDS, TARGETS, Send

Schema = Mapping[str, Any]

TYPES = [kind.type for kind in KINDS.values()]
NAMES = {ack.name.lower(): int(ack) for ack in Ack}
_ID = {"type": "string", "pattern": "^3EB0[0-9A-F]{16}$", "examples": ["3EB02B7BEAD27AFA278E"]}
_CHAT = {"type": "string", "pattern": r"@(?:c|g)\.us$", "examples": ["628123456789@c.us"]}
_SECONDS = {"description": "Epoch seconds.", "type": "integer"}
_ABSENT = {"enum": [None, ""]}
_WAITS = {
    "description": "Why it waits, until when in epoch seconds, and the id of the one that goes first. Absent if it does not wait.",
    "type": "object",
    "required": ["why", "until", "behind"],
    "properties": {"why": {"type": "string"}, "until": {"type": ["integer", "null"]}, "behind": {"type": ["string", "null"]}},
}
_SCHEMAS: Schema = {
    "Failure": {
        "type": "object",
        "required": ["success", "errorMessage"],
        "properties": {"success": {"const": False}, "errorMessage": {"type": "string", "minLength": 1}},
    },
    "Accepted": {
        "type": "object",
        "required": ["id", "status", "type", "timestamp", "from", "to"],
        "properties": {
            "id": _ID,
            "status": {"description": "The ack: 0, pending.", "const": 0},
            "type": {"enum": TYPES},
            "timestamp": _SECONDS,
            "from": {"description": "Our own number; empty while it is unknown.", "type": "string"},
            "to": _CHAT,
        },
    },
    "Message": {
        "type": "object",
        "required": ["id", "ack", "name", "type", "timestamp", "to", "times", "error"],
        "properties": {
            "id": _ID,
            "ack": {"enum": list(NAMES.values())},
            "name": {"description": "What the ack is called.", "enum": list(NAMES)},
            "type": {"enum": TYPES},
            "timestamp": _SECONDS,
            "to": _CHAT,
            "times": {
                "description": "When it reached each status, in epoch seconds; null if it has not.",
                "type": "object",
                "required": ["sent", "delivered", "read", "played", "failed"],
                "additionalProperties": {"type": ["integer", "null"]},
            },
            "error": {
                "description": "The reason for an ack of -1, or for the last failure while it waits.",
                "type": ["string", "null"],
            },
            "waits": _WAITS,
            "callbacks": {
                "description": "Calls of the notifyurl that failed and are retried, and those behind them. Absent if there are none.",
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["id", "ack", "tries", "error", "waits"],
                    "properties": {
                        "id": {"description": "The webhook-id.", "type": "string"},
                        "ack": {"enum": list(NAMES.values())},
                        "tries": {"type": "integer"},
                        "error": {"type": "string"},
                        "waits": _WAITS,
                    },
                },
            },
        },
    },
    "Group": {
        "type": "object",
        "required": ["groupid", "groupname", "grouplastchat"],
        "properties": {"groupid": {"type": "string"}, "groupname": {"type": "string"}, "grouplastchat": _SECONDS},
    },
    "Session": {
        "type": "object",
        "required": ["isAuthenticated", "qrcode"],
        "properties": {
            "isAuthenticated": {"type": "boolean"},
            "number": {"type": "string"},
            "name": {"type": "string"},
            "qrcode": {"description": "The raw text to show as a QR code; empty once it was scanned.", "type": "string"},
        },
    },
}
_FAILURES = {
    "400": "The call is wrong: a wrong or missing key, a field that is missing or wrong. The message says which.",
    "405": "Another method was used.",
    "413": "The body is larger than 256 KiB.",
    "503": "A problem on our side, or on WhatsApp's. Try again later.",
}
_HEADERS = {
    "405": {"Allow": {"required": True, "schema": {"type": "string"}}},
    "503": {"Retry-After": {"required": True, "description": "Seconds.", "schema": {"type": "string", "pattern": "^[0-9]+$"}}},
}
_IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "The same key and body within 24 hours give the first answer again; another body with it is refused.",
    "schema": {"type": "string", "maxLength": 255},
}


def describe(prefix: str) -> dict[str, Any]:
    """The description of an API whose paths begin with `prefix`, ready for JSON."""
    paths = {f"/api/{endpoint}": {"post": _send(send, endpoint)} for send in SENDS for endpoint in send.endpoints}
    paths["/api/groups"] = {"post": _operation("groups", "List our groups", {"type": "array", "items": _ref("Group")})}
    paths["/api/getqr"] = {"post": _operation("getqr", "Get the state of our phone's connection, or the code to scan", _ref("Session"))}
    paths["/api/checknumber"] = {
        "post": {
            **_operation("checknumber", "Check if a number uses WhatsApp", {"type": "boolean"}),
            "requestBody": _body(_object({"nohp": FIELDS["nohp"]}, ["nohp"])),
        }
    }
    paths["/api/messages/{id}"] = {
        "get": {
            **_operation("message", "Get the status of a message", _ref("Message"), {"404": "There is no such message."}),
            "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}],
        }
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": "WhatsApp gateway", "version": "1", "description": "Each path may end in a slash. Unknown keys are ignored."},
        "servers": [{"url": prefix or "/"}],
        "security": [{"SecretKey": []}],
        "paths": paths,
        "components": {"schemas": _SCHEMAS, "securitySchemes": {"SecretKey": {"type": "apiKey", "in": "header", "name": "SecretKey"}}},
    }


def _send(send: Send, endpoint: str) -> dict[str, object]:
    """A call that sends; the recipient can be given in one of two ways."""
    to = ("person", "group")[send.endpoints.index(endpoint)]
    failures = {"409": "The Idempotency-Key was used for another message."}
    ways = [_object(_fields(send, target, other), [target, *send.needs]) for target, other in (TARGETS, TARGETS[::-1])]
    return {
        **_operation(endpoint, f"Send {send.what} to a {to}", _ref("Accepted"), failures),
        "parameters": [_IDEMPOTENCY_KEY],
        "requestBody": _body({"oneOf": ways}),
    }


def _fields(send: Send, target: str, other: str) -> dict[str, Schema]:
    own = {field: FIELDS[known] for field, known in (send.needs | send.takes).items()}
    return {target: FIELDS[target], other: _ABSENT, **own, "notifyurl": FIELDS["notifyurl"], "promo": FIELDS["promo"]}


def _object(properties: Mapping[str, Schema], required: list[str]) -> Schema:
    return {"type": "object", "required": required, "properties": properties}


def _body(schema: Schema) -> Schema:
    return {"required": True, "content": {"application/json": {"schema": schema}}}


def _operation(name: str, summary: str, message: Schema, failures: Mapping[str, str] | None = None) -> dict[str, object]:
    good = _object({"success": {"const": True}, "message": message}, ["success", "message"])
    documented = {**_FAILURES, **(failures or {})}
    return {
        "operationId": name,
        "summary": summary,
        "responses": {
            "200": _response("Done.", good),
            **{code: _failure(code, what) for code, what in documented.items()},
        },
    }


def _failure(code: str, what: str) -> dict[str, object]:
    return {**_response(what, _ref("Failure")), **({"headers": _HEADERS[code]} if code in _HEADERS else {})}


def _response(what: str, schema: Schema) -> dict[str, object]:
    return {"description": what, "content": {"application/json": {"schema": schema}}}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}
