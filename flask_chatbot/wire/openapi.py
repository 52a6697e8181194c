"""The OpenAPI 3.1 description of the API, generated from the definitions that its views use. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

from flask_chatbot.core.values.outbound import Ack
from flask_chatbot.core.values.replies import KINDS
from flask_chatbot.wire.calls import FIELDS, OF_PEOPLE, SENDS, TARGETS, Send

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
_ROW: dict[str, Any] = {
    "type": "object",
    "required": ["number", "timestamp", "sender", "sender_name", "person", "state", "code", "fields"],
    "properties": {
        "number": {"type": "integer", "minimum": 1},
        "timestamp": _SECONDS,
        "sender": {"description": "The number, or the text that came as one; empty if it is hidden.", "type": "string"},
        "sender_name": {"type": "string"},
        "person": {"description": "Our id of the person, which stays the same.", "type": "string"},
        "state": {"description": "Null in a table without states.", "type": ["string", "null"]},
        "code": {"description": "The number as customers read it; null if that is the number.", "type": ["string", "null"]},
        "fields": {"description": "The values by the names of the rule's fields.", "type": "object"},
    },
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
    "Saved": {
        "type": "object",
        "required": ["rows", "more"],
        "properties": {
            "rows": {"description": "The lowest number first.", "type": "array", "maxItems": 100, "items": _ROW},
            "more": {"description": "True if there are more: ask again, after the number of the last row here.", "type": "boolean"},
        },
    },
    "Moved": {
        **_ROW,
        "required": [*_ROW["required"], "before", "since", "by", "moved", "told"],
        "properties": {
            **_ROW["properties"],
            "before": {"description": "The state before; null if there was none.", "type": ["string", "null"]},
            "since": {"description": "When the row came into that state, in Unix seconds.", "type": "integer"},
            "by": {"description": "Whoever moved it there; null for the customer.", "type": ["string", "null"]},
            "moved": {"description": "False if it was in that state already.", "type": "boolean"},
            "told": {"description": "True if its customer gets a message.", "type": "boolean"},
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
            "qrlink": {"description": "The address of a picture of the code, where the gateway has no text for it.", "type": "string"},
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


_AFTER = {
    "name": "after",
    "in": "query",
    "description": "Only rows with a higher number than this.",
    "schema": {"type": "integer", "minimum": 0, "maximum": 10**15 - 1, "default": 0},
}
_UNTIL = {"type": "integer", "description": "When the pause ends, in epoch seconds."}
_RESUMED = {"type": "null", "description": "The bot answers now, so no pause ends."}
_WAS_UNTIL = {"type": ["integer", "null"], "description": "When the pause would have ended, in epoch seconds; null if there was none."}


def _state(**schemas: Schema) -> Schema:
    """The answer to a call that changes something for a person."""
    return {"type": "object", "required": ["nohp", *schemas], "properties": {"nohp": {"type": "string"}, **schemas}}


_OF_PERSON: Mapping[str, tuple[str, Schema]] = {
    "checknumber": ("Check if a number uses WhatsApp", {"type": "boolean"}),
    "pause": ("Let the bot keep quiet for a person", _state(until=_UNTIL)),
    "resume": ("Let the bot answer a person again", _state(until=_RESUMED, was_until=_WAS_UNTIL)),
    "optout": ("Send a person no promotion any more", _state(promo={"const": False})),
    "optin": ("Allow promotion to a person again", _state(promo={"const": True})),
}


def describe(prefix: str) -> dict[str, Any]:
    """The description of an API whose paths begin with `prefix`, ready for JSON."""
    sends = {f"/api/{endpoint}": {"post": _send(send, endpoint)} for send in SENDS for endpoint in send.endpoints}
    of_people = {f"/api/{endpoint}": {"post": _of_person(endpoint)} for endpoint in OF_PEOPLE}
    return {
        "openapi": "3.1.0",
        "info": {"title": "WhatsApp gateway", "version": "1", "description": "Each path may end in a slash. Unknown keys are ignored."},
        "servers": [{"url": prefix or "/"}],
        "security": [{"SecretKey": []}],
        "paths": {**sends, **of_people, **_questions()},
        "components": {"schemas": _SCHEMAS, "securitySchemes": {"SecretKey": {"type": "apiKey", "in": "header", "name": "SecretKey"}}},
    }


def _questions() -> dict[str, object]:
    """The paths of calls without a body."""
    message = _operation("message", "Get the status of a message", _ref("Message"), {"404": "There is no such message."})
    saved = _operation("saved", "Get rows that customers filled in", _ref("Saved"), {"404": "Nothing is saved under this name."})
    named = {"in": "path", "required": True}
    return {
        "/api/groups": {"post": _operation("groups", "List our groups", {"type": "array", "items": _ref("Group")})},
        "/api/getqr": {"post": _operation("getqr", "Get the state of our phone's connection, or the code to scan", _ref("Session"))},
        "/api/messages/{id}": {"get": {**message, "parameters": [{**named, "name": "id", "schema": {"type": "string"}}]}},
        "/api/saved/{name}": {"get": {**saved, "parameters": [{**named, "name": "name", "schema": {"type": "string"}}, _AFTER]}},
        "/api/saved/{name}/{number}": {"post": _move()},
    }


def _move() -> dict[str, object]:
    """The call that moves a row into a state."""
    missing = {"404": "There is no such row.", "409": "Rows of this table have no such state, or several may be meant."}
    kinds = {
        "name": {"type": "string"},
        "number": {"description": "The code; without one, the number.", "type": "string", "minLength": 1, "examples": ["12"]},
    }
    state = {"description": "One of the states that the rules list.", "type": "string", "minLength": 1, "examples": ["siap diambil"]}
    return {
        **_operation("row", "Move a row into a state, and tell its customer", _ref("Moved"), missing),
        "parameters": [{"in": "path", "required": True, "name": name, "schema": kind} for name, kind in kinds.items()],
        "requestBody": _body(_object({"state": state}, ["state"])),
    }


def _of_person(endpoint: str) -> dict[str, object]:
    """A call about one person."""
    summary, answer = _OF_PERSON[endpoint]
    fields = {name: FIELDS[name] for name in (*OF_PEOPLE[endpoint], "line")}
    return {**_operation(endpoint, summary, answer), "requestBody": _body(_object(fields, ["nohp"]))}


def _send(send: Send, endpoint: str) -> dict[str, object]:
    """A call that sends; the recipient can be given in one of two ways."""
    to = ("person", "group")[send.endpoints.index(endpoint)]
    failures = {"409": "The Idempotency-Key was used for another message."}
    ways = [way for target, other in (TARGETS, TARGETS[::-1]) for way in _ways(send, target, other)]
    return {
        **_operation(endpoint, f"Send {send.what} to a {to}", _ref("Accepted"), failures),
        "parameters": [_IDEMPOTENCY_KEY],
        "requestBody": _body({"oneOf": ways}),
    }


def _ways(send: Send, target: str, other: str) -> Iterator[Schema]:
    """The body with what a call needs, and with what it takes instead."""
    common = {target: FIELDS[target], other: _ABSENT}
    any_ = {"notifyurl": FIELDS["notifyurl"], "promo": FIELDS["promo"], "line": FIELDS["line"]}
    own = {field: FIELDS[known] for field, known in (send.needs | send.takes).items()}
    yield _object({**common, **own, **dict.fromkeys(send.instead, _ABSENT), **any_}, [target, *send.needs])
    if send.instead:
        own = {field: FIELDS[known] for field, known in {**send.instead, **send.beside}.items()}
        yield _object({**common, **own, **any_}, [target, *send.instead])


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
