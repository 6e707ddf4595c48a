"""The description of a server's interface: OpenAPI for programs, and a page made from it for people."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Response
from fastapi.openapi.utils import get_openapi

from lstmcli.serving.operations import Operation

SCHEMAS = Path(__file__).parent.parent / "schemas"
REFUSALS = {
    400: "The body is not JSON.",
    401: "The token is missing or wrong.",
    404: "There is no such model.",
    408: "The request did not arrive in time.",
    413: "The body or the number of texts is too large.",
    415: "The content type is not application/json.",
    422: "A field is unknown or invalid.",
    503: "Too many requests are being answered; try again.",
    504: "The answer takes too long.",
}
ERROR = {
    "type": "object",
    "properties": {
        "error": {
            "type": "object",
            "properties": {
                "status": {"type": "integer"},
                "message": {"type": "string", "description": "What is wrong."},
                "hint": {"type": "string", "description": "What to do."},
            },
            "required": ["status", "message"],
        }
    },
    "required": ["error"],
}


def schema(app: FastAPI, operations: Iterable[Operation]) -> dict[str, Any]:
    """The OpenAPI description; answers have the schemas of the commands' JSON."""
    if app.openapi_schema:
        return app.openapi_schema
    found = get_openapi(
        title=app.title,
        version=app.version,
        routes=app.routes,
        description="Answers are in the form of `--format json` of the commands.",
    )
    schemas = found.setdefault("components", {}).setdefault("schemas", {})
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    schemas["Error"] = ERROR
    for operation in operations:
        results = _results(operation, schemas)
        for path in (f"/{operation.name}", f"/models/{{name}}/{operation.name}"):
            described = found["paths"][path]["post"]
            described["requestBody"]["content"]["application/json"]["example"] = operation.example
            if "{" in path:
                described["parameters"] = [
                    {"name": "name", "in": "path", "required": True, "schema": {"type": "string"}}
                ]
            content = {"application/json": {"schema": results}}
            if operation.streams:
                content["text/event-stream"] = {"schema": {"type": "string"}}
            described["responses"] = {"200": {"description": "The answer.", "content": content}}
            for status, about in REFUSALS.items():
                error = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
                described["responses"][str(status)] = {"description": about, "content": error}
    app.openapi_schema = found
    return found


def _results(operation: Operation, schemas: dict[str, Any]) -> dict[str, Any]:
    """The schema of an answer; what it refers to is added to ``schemas``."""
    text = (SCHEMAS / f"{operation.name}.json").read_text(encoding="utf-8")
    definitions = json.loads(text.replace("#/$defs/", f"#/components/schemas/{operation.name}."))["$defs"]
    schemas |= {f"{operation.name}.{name}": value for name, value in definitions.items()}
    kinds: list[dict[str, Any]] = []
    for name in operation.results:
        reference = {"$ref": f"#/components/schemas/{operation.name}.{name}"}
        kinds.append(reference if name == "figures" else {"type": "array", "items": reference})
    return kinds[0] if len(kinds) == 1 else {"anyOf": kinds}


def docs_page(described: dict[str, Any]) -> Response:
    """A page about every path, without scripts or anything from elsewhere."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    loader = PackageLoader("lstmcli.serving", "page")
    page = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    schemas = described["components"]["schemas"]
    paths = []
    for path, methods in described["paths"].items():
        for method, about in methods.items():
            content = about.get("requestBody", {}).get("content", {}).get("application/json", {})
            body = schemas.get(content.get("schema", {}).get("$ref", "").rpartition("/")[2], {})
            fields = [(name, _type(field), field.get("description", "")) for name, field in
                      body.get("properties", {}).items()]  # fmt: skip
            example = content.get("example")
            paths.append({
                "path": path, "method": method.upper(), "about": about["summary"], "fields": fields,
                "required": body.get("required", []),
                "example": None if example is None else json.dumps(example, ensure_ascii=False),
            })  # fmt: skip
    html = page.get_template("docs.html.jinja").render(
        paths=paths, refusals=REFUSALS, version=described["info"]["version"]
    )
    return Response(html, media_type="text/html; charset=utf-8")


def _type(field: dict[str, Any]) -> str:
    """The type of a field in a few words."""
    if "anyOf" in field:
        return " or ".join(_type(part) for part in field["anyOf"] if part.get("type") != "null")
    if field.get("type") == "array":
        return f"list of {_type(field['items'])}"
    name = str(field.get("type", ""))
    return {"integer": "whole number", "boolean": "true or false", "string": "text"}.get(name, name)
