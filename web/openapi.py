"""The OpenAPI document, made from the routes, their parameters' bounds and the answers' shapes; and a page to read it.

spectree 3.0 and flask-smorest 0.47 were looked at. Both validate beside web.params and answer 422 in shapes of their
own, the first shows its pages with scripts from a CDN, the second brings marshmallow; with that switched off, what
remained was pydantic's JSON schema, which is used here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

from flask import Blueprint, Flask, current_app, jsonify, render_template
from flask.typing import ResponseReturnValue
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema
from werkzeug.routing import Rule

from search.i18n import LANGUAGES
from search.model import Level, Mode, Sort, Validity
from web import caching, origins, params, shapes, suggestions

Json = dict[str, Any]

PREFIX = "/api/v1/"
_REF = "#/components/schemas/{model}"
_INTEGER, _TEXT = {"type": "integer"}, {"type": "string"}
_DAY = {
    "type": "string",
    "pattern": r"^(\d{4}(-\d{1,2}(-\d{1,2})?)?)?$",
    "description": "YYYY, YYYY-MM or YYYY-MM-DD, inclusive",
}
PARAMETERS: dict[str, Json] = {
    "q": {**_TEXT, "description": "what is looked for"},
    "mode": {"type": "string", "enum": [*Mode], "default": Mode.HYBRID},
    "limit": {**_INTEGER, "minimum": 1, "maximum": params.MAX_LIMIT, "default": params.DEFAULT_LIMIT},
    "offset": {**_INTEGER, "minimum": 0, "maximum": params.MAX_OFFSET, "default": 0},
    "sort": {"type": "string", "enum": [*Sort], "default": Sort.RELEVANCE},
    "issuer": {**_TEXT, "description": "part of the issuer's name"},
    "level": {"type": "string", "enum": [*Level], "description": "of the issuer"},
    "since": {**_DAY},
    "until": {**_DAY},
    "kind": {**_TEXT, "description": "文种, such as 通知"},
    "region": {**_TEXT, "description": "全国, or part of a region's name"},
    "validity": {"type": "string", "enum": [*Validity], "description": "as of today"},
    "explain": {**_INTEGER, "minimum": 0, "maximum": 1, "default": 0, "description": "1: with the reasons of each hit"},
    "lang": {"type": "string", "enum": [*LANGUAGES], "description": "language of notices and errors"},
}
_SUGGEST_LIMIT = {**_INTEGER, "minimum": 1, "maximum": suggestions.MAX_LIMIT, "default": suggestions.DEFAULT_LIMIT}
_FORMAT = {
    "type": "string",
    "enum": ["opensearch"],
    "description": "the four lists that browsers' search fields ask for",
}

# Endpoint → its query parameters and the shape of its answer. An endpoint that is not here is listed without them.
ENDPOINTS: dict[str, tuple[Json, type[BaseModel]]] = {
    "api.search": (PARAMETERS | {"q": {**PARAMETERS["q"], "minLength": 1}}, shapes.SearchAnswer),
    "api.facets": (
        {"q": {**PARAMETERS["q"], "minLength": 1}, **{n: PARAMETERS[n] for n in ("mode", *params.FILTERS, "lang")}},
        shapes.FacetsAnswer,
    ),
    "api.suggest": (
        {"q": PARAMETERS["q"], "limit": _SUGGEST_LIMIT, "format": _FORMAT, "lang": PARAMETERS["lang"]},
        shapes.SuggestAnswer,
    ),
    "api.documents": ({"lang": PARAMETERS["lang"]}, shapes.DocumentsAnswer),
    "api.document": ({"lang": PARAMETERS["lang"]}, shapes.DocumentAnswer),
    "api.citations": ({"lang": PARAMETERS["lang"]}, shapes.CitationsAnswer),
    "api.clause": ({"lang": PARAMETERS["lang"]}, shapes.ClauseAnswer),
    "api.compare": ({"lang": PARAMETERS["lang"]}, shapes.ComparisonAnswer),
    "api.similar": ({n: PARAMETERS[n] for n in ("limit", "explain", "lang")}, shapes.SearchAnswer),
    "editing.upload": (
        {"filename": {**_TEXT, "description": "where the body is the file itself, not a form with `file`"}},
        shapes.JobAnswer,
    ),
    "editing.remove": ({}, shapes.JobAnswer),
    "editing.job": ({}, shapes.JobAnswer),
    "api.similar_to_text": (
        {
            "text": {**_TEXT, "minLength": 1, "description": "a passage"},
            **{n: PARAMETERS[n] for n in ("limit", *params.FILTERS, "explain", "lang")},
        },
        shapes.SearchAnswer,
    ),
}
_REQUIRED = {("api.search", "q"), ("api.facets", "q"), ("api.similar_to_text", "text")}
_EDITING = "editing."
"""Endpoints that begin so take a key that may edit."""
_UPLOAD = {
    "content": {
        "multipart/form-data": {
            "schema": {"type": "object", "properties": {"file": {"type": "string", "format": "binary"}}}
        },
        "application/octet-stream": {"schema": {"type": "string", "format": "binary"}},
    }
}
_FAILURES = {
    "400": "the request cannot be understood",
    "404": "there is no such thing",
    "409": "there is no usable index yet",
    "503": "the model is not available",
}


def create_openapi() -> Blueprint:
    """The blueprint of the document and its page."""
    openapi = Blueprint("openapi", __name__)

    @openapi.get("/openapi.json")
    def document() -> ResponseReturnValue:
        response = jsonify(describe(current_app))
        origins.let_read(response, "", (origins.EVERY,))
        return caching.conditional(response)

    @openapi.get("/api")
    def reference() -> ResponseReturnValue:
        return render_template("api.html", spec=describe(current_app))

    return openapi


def describe(app: Flask) -> Json:
    """The whole document, OpenAPI 3.1."""
    rules = sorted((rule for rule in app.url_map.iter_rules() if rule.rule.startswith(PREFIX)), key=lambda r: r.rule)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Tiaokuan 条款",
            "version": version("tiaokuan"),
            "description": "Search of the clauses of Chinese policy documents. Answers are JSON in UTF-8 and carry an ETag.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "security": [],
        "paths": _paths(app, rules),
        "components": {"schemas": _schemas(), "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}}},
    }


def _paths(app: Flask, rules: Sequence[Rule]) -> Json:
    paths: Json = {}
    for rule in rules:  # several may have one path, each for methods of its own
        paths.setdefault(_path(rule), {}).update(_operations(app, rule))
    return paths


def _path(rule: Rule) -> str:
    return re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)


def _operations(app: Flask, rule: Rule) -> Json:
    methods = sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    return {method.lower(): _operation(app, rule, method) for method in methods}


def _operation(app: Flask, rule: Rule, method: str) -> Json:
    queried, shape = ENDPOINTS.get(rule.endpoint, ({}, None))
    summary = (app.view_functions[rule.endpoint].__doc__ or "").strip().split("\n")[0]
    named = [_parameter(rule.endpoint, name, schema) for name, schema in queried.items()]
    places = [{"name": n, "in": "path", "required": True, "schema": dict(_TEXT)} for n in sorted(rule.arguments)]
    good: Json = {"$ref": _REF.format(model=shape.__name__)} if shape else {"type": "object"}
    content = {"application/json": {"schema": good}}
    if rule.endpoint == "api.suggest":
        content[suggestions.MIMETYPE] = {"schema": {"type": "array"}}
    failed = {"$ref": _REF.format(model=shapes.ErrorAnswer.__name__)}
    if rule.endpoint.startswith(_EDITING):
        return _edit(rule, summary, [*places, *named], content, failed)
    return {
        "operationId": rule.endpoint.removeprefix("api.") + ("" if method == "GET" else f"_{method.lower()}"),
        "summary": summary,
        "parameters": [*places, *named],
        "responses": {
            "200": {"description": "the answer", "content": content},
            "304": {"description": "not changed since the ETag in If-None-Match"},
            **{
                c: {"description": d, "content": {"application/json": {"schema": failed}}} for c, d in _FAILURES.items()
            },
        },
    }


def _edit(rule: Rule, summary: str, parameters: list[Json], content: Json, failed: Json) -> Json:
    """An operation for editors: accepted now, done later."""
    changes = rule.methods is not None and "GET" not in rule.methods
    failures = {**_FAILURES, "401": "no key, or one that is not known", "403": "the key may not edit"}
    operation: Json = {
        "operationId": rule.endpoint.removeprefix(_EDITING),
        "summary": summary,
        "security": [{"key": []}],
        "parameters": parameters,
        "responses": {
            "202" if changes else "200": {"description": "the job", "content": content},
            **{c: {"description": d, "content": {"application/json": {"schema": failed}}} for c, d in failures.items()},
        },
    }
    return operation | ({"requestBody": _UPLOAD} if rule.endpoint == "editing.upload" else {})


def _parameter(endpoint: str, name: str, schema: Json) -> Json:
    plain = {key: value for key, value in schema.items() if key != "description"}
    parameter: Json = {"name": name, "in": "query", "required": (endpoint, name) in _REQUIRED, "schema": plain}
    return parameter | ({"description": schema["description"]} if "description" in schema else {})


def _schemas() -> Json:
    models = {shape for _, shape in ENDPOINTS.values()} | {shapes.ErrorAnswer}
    ordered = sorted(models, key=lambda model: model.__name__)
    _, made = models_json_schema([(model, "serialization") for model in ordered], ref_template=_REF)
    found: Json = made["$defs"]
    return found
