"""Calls, checked by the published description of an API: a part of it lies in ``tests/fixtures``."""

import json
import re
from collections.abc import Iterator, Mapping
from email.message import Message
from email.parser import BytesParser
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator

FIXTURES = Path(__file__).parents[2] / "fixtures"


class Description:
    """An OpenAPI description. `problems` lists all that a call has against it."""

    def __init__(self, name: str) -> None:
        self.document: dict[str, Any] = yaml.safe_load((FIXTURES / name).read_text("utf-8"))
        self._paths = {re.compile(re.sub(r"\{[^}]+\}", "[^/]+", path)): each for path, each in self.document["paths"].items()}

    def problems(self, method: str, path: str, query: Mapping[str, str], headers: Mapping[str, str], body: bytes) -> list[str]:
        """What is wrong with a call; the names of `headers` are in lower case."""
        found = [each for pattern, each in self._paths.items() if pattern.fullmatch(path)]
        if not found or method.lower() not in found[0]:
            return [f"no {method} {path} is described"]
        operation = found[0][method.lower()]
        return [*self._of_query(operation, query), *self._of_body(operation, headers.get("content-type", ""), body)]

    def _of_query(self, operation: dict[str, Any], query: Mapping[str, str]) -> Iterator[str]:
        known = {each["name"]: each for each in map(self._resolved, operation.get("parameters", ())) if each["in"] == "query"}
        yield from (f"?{name} is not described" for name in query if name not in known)
        yield from (f"?{name} is missing" for name, each in known.items() if each.get("required") and name not in query)
        for name, value in query.items():
            schema = known.get(name, {}).get("schema", {})
            yield from self.mistakes([value] if schema.get("type") == "array" else value, schema)

    def _of_body(self, operation: dict[str, Any], kind: str, body: bytes) -> Iterator[str]:
        if "requestBody" not in operation:
            yield from ["a body where none is described"] if body else []
            return
        kinds = operation["requestBody"]["content"]
        plain = kind.partition(";")[0]
        if plain not in kinds:
            yield f"a body of type {plain!r}, described are {', '.join(kinds)}"
            return
        schema = kinds[plain]["schema"]
        if plain == "multipart/form-data":
            yield from self.mistakes({name: text for name, text, _ in form_parts(kind, body)}, schema)
        else:
            yield from self.mistakes(json.loads(body), schema)

    def mistakes(self, value: object, schema: Mapping[str, Any]) -> list[str]:
        """What a value has against a schema; objects have no other parts than those that it names."""
        whole = strict({**schema, "components": self.document["components"]})
        return [f"{'/'.join(map(str, each.path))}: {each.message[:120]}" for each in Draft202012Validator(whole).iter_errors(value)]

    def _resolved(self, parameter: dict[str, Any]) -> dict[str, Any]:
        name = parameter.get("$ref", "").rpartition("/")[2]
        found: dict[str, Any] = self.document["components"]["parameters"][name] if name else parameter
        return found


def strict(schema: Any) -> Any:
    """A schema in which objects have no parts but those that it names, and ``nullable`` is what OpenAPI means by it."""
    if isinstance(schema, list):
        return [strict(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    made = {key: strict(each) for key, each in schema.items()}
    if made.get("type") == "object" and isinstance(made.get("properties"), dict):
        made.setdefault("additionalProperties", False)
    if made.get("nullable") is True and isinstance(made.get("type"), str):
        made["type"] = [made["type"], "null"]
    return made


def form_parts(kind: str, body: bytes) -> Iterator[tuple[str, str, bytes | None]]:
    """The parts of a form: name, text, and the bytes if it is a file."""
    whole = BytesParser().parsebytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + body)
    parts: Any = whole.get_payload()
    for part in parts:
        assert isinstance(part, Message)
        content = part.get_payload(decode=True)
        assert isinstance(content, bytes)
        name = str(part.get_param("name", header="content-disposition"))
        file = part.get_filename()
        yield name, file if file is not None else content.decode(), content if file is not None else None
