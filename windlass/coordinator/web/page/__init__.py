"""A page to browse an OpenAPI document: plain HTML made here, no script, nothing from elsewhere."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any

from flask import Response
from jinja2 import Environment, PackageLoader, StrictUndefined

_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
_PAGES = Environment(
    loader=PackageLoader(__name__, "."),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True)
class Entry:
    """One operation as the page shows it."""

    method: str
    path: str
    about: Mapping[str, Any]

    @property
    def anchor(self) -> str:
        return str(self.about["operationId"])

    @property
    def scope(self) -> str:
        needs = [scopes for need in self.about["security"] for scopes in need.values()]
        return needs[0][0] if needs else "no token"


@dataclass(frozen=True)
class Line:
    """One field of a schema. ``link``: the schema it is of, shown further down."""

    name: str
    kind: str
    required: bool
    link: str = ""
    notes: list[str] = field(default_factory=list)


def render(document: Mapping[str, Any], home: str) -> Response:
    """``home``: where the document itself and the style sheet are, relative to the page."""
    page = _PAGES.get_template("page.html").render(
        document=document,
        home=home,
        topics=_topics(document),
        schemas={name: list(_lines(schema)) for name, schema in _schemas(document).items()},
        kind=_kind,
        link=_link,
    )
    response = Response(page, content_type="text/html; charset=utf-8")
    response.headers["Content-Security-Policy"] = _POLICY
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def style() -> Response:
    sheet = files(__name__).joinpath("page.css").read_bytes()
    response = Response(sheet, content_type="text/css; charset=utf-8")
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def _topics(document: Mapping[str, Any]) -> Mapping[str, list[Entry]]:
    found: dict[str, list[Entry]] = {}
    for path, methods in document["paths"].items():
        for method in _METHODS:
            if about := methods.get(method):
                found.setdefault(about["tags"][0], []).append(Entry(method.upper(), path, about))
    return found


def _schemas(document: Mapping[str, Any]) -> Mapping[str, Any]:
    schemas: Mapping[str, Any] = document["components"].get("schemas", {})
    return schemas


def _lines(schema: Mapping[str, Any]) -> Iterator[Line]:
    required = set(schema.get("required", ()))
    for name, shape in schema.get("properties", {}).items():
        yield Line(name, _kind(shape), name in required, _link(shape), list(_notes(shape)))


def _kind(shape: Mapping[str, Any]) -> str:
    if link := _link(shape):
        return f"list of {link}" if shape.get("type") == "array" else link
    if "oneOf" in shape:
        return " or ".join(_kind(option) for option in shape["oneOf"])
    kinds = shape.get("type", "any")
    text = " or ".join(kinds) if isinstance(kinds, list) else str(kinds)
    if text == "array":
        return f"list of {_kind(shape['items'])}"
    return f"{text} ({shape['format']})" if "format" in shape else text


def _link(shape: Mapping[str, Any]) -> str:
    """The name of the schema that this refers to, itself or by its items."""
    options = [shape, shape.get("items", {}), *shape.get("anyOf", ()), *shape.get("allOf", ())]
    refs = (option["$ref"] for option in options if "$ref" in option)
    return next(refs, "").rpartition("/")[2]


def _notes(shape: Mapping[str, Any]) -> Iterator[str]:
    if "enum" in shape:
        yield "one of " + ", ".join("null" if one is None else str(one) for one in shape["enum"])
    limits = ("minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems", "pattern")
    for name in limits:
        if name in shape:
            yield f"{name} {shape[name]}"
