"""The search box for other sites: the script, its facts, the framed variant, the page that explains it, and a demo."""

from __future__ import annotations

import base64
import gzip
from dataclasses import dataclass
from hashlib import sha256, sha384
from pathlib import Path

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    jsonify,
    render_template,
    request,
    send_from_directory,
    url_for,
)
from flask.typing import ResponseReturnValue

from web import caching, origins, params, security

_SCRIPT = Path(__file__).with_name("static") / "embed.js"
_PORTAL = Path(__file__).resolve().parents[1] / "examples" / "portal"
# Where the demo page expects the search service when it is served by itself.
DEMO_HOST = "http://127.0.0.1:8000"
_YEAR = 365 * 24 * 3600
# What a framed box may be told in its address.
FRAME_ATTRIBUTES = ("mode", "limit", "results", *params.FILTERS, "sort", "placeholder", "label", "theme")


@dataclass(frozen=True, slots=True)
class Script:
    """The script as it is sent. `integrity` is for the attribute of that name; `version` changes with every byte."""

    body: bytes
    packed: bytes
    integrity: str
    version: str

    @classmethod
    def read(cls, file: Path) -> Script:
        body = file.read_bytes()
        integrity = "sha384-" + base64.b64encode(sha384(body).digest()).decode()
        return cls(body, gzip.compress(body, 9, mtime=0), integrity, sha256(body).hexdigest()[:12])


def create_embed() -> Blueprint:
    """The blueprint of all that helps to embed the box. Needs no index."""
    embed = Blueprint("embed", __name__)
    sent = Script.read(_SCRIPT)
    embed.app_context_processor(lambda: {"box_script": url_for("embed.script", v=sent.version)})

    @embed.get("/embed.js")
    def script() -> ResponseReturnValue:
        return _script(sent)

    @embed.get("/embed.json")
    def facts() -> ResponseReturnValue:
        """What a webmaster's program needs, and whether the asking site may use the API; every site may read this."""
        response = jsonify(_facts(sent))
        response.vary.add("Origin")
        return caching.conditional(_for_everyone(response))

    @embed.get("/embed")
    def frame() -> ResponseReturnValue:
        given = {name: request.args[name] for name in FRAME_ATTRIBUTES if request.args.get(name)}
        response = Response(render_template("frame.html", given=given))
        policy = security.HEADERS["Content-Security-Policy"]
        ancestors = origins.frame_ancestors(_origins())
        response.headers["Content-Security-Policy"] = policy.replace("frame-ancestors 'self'", ancestors)
        return response

    @embed.get("/help/embed")
    def explain() -> ResponseReturnValue:
        host = request.url_root.rstrip("/")
        return render_template("help_embed.html", host=host, facts=_facts(sent), origins=_origins())

    @embed.get("/demo/")
    def demo() -> ResponseReturnValue:
        """The portal of examples/, on this very service. Only where the program runs from a checkout."""
        if not _PORTAL.is_dir():
            abort(404)
        page = (_PORTAL / "index.html").read_text("utf-8").replace(DEMO_HOST, request.url_root.rstrip("/"))
        return Response(page, mimetype="text/html")

    @embed.get("/demo/<path:file>")
    def demo_file(file: str) -> ResponseReturnValue:
        return send_from_directory(_PORTAL, file)

    return embed


def _origins() -> tuple[str, ...]:
    allowed: tuple[str, ...] = current_app.config["EMBED_ORIGINS"]
    return allowed


def _script(sent: Script) -> Response:
    """The script, packed for who can unpack it; under its version's address it never changes."""
    packed = request.accept_encodings["gzip"] > 0
    response = Response(sent.packed if packed else sent.body, mimetype="text/javascript")
    if packed:
        response.headers["Content-Encoding"] = "gzip"
    response.vary.add("Accept-Encoding")
    response.set_etag(sent.version + ("-gzip" if packed else ""))
    forever = request.args.get("v") == sent.version
    response.headers["Cache-Control"] = f"public, max-age={_YEAR}, immutable" if forever else "public, max-age=3600"
    _for_everyone(response).make_conditional(request)
    return response


def _facts(sent: Script) -> dict[str, object]:
    origin = request.headers.get("Origin", "")
    own = not origin or origin == request.host_url.rstrip("/")
    return {
        "script": url_for("embed.script", _external=True),
        "versioned": url_for("embed.script", v=sent.version, _external=True),
        "integrity": sent.integrity,
        "bytes": len(sent.body),
        "gzip_bytes": len(sent.packed),
        "allowed": own or origins.allowed(origin, _origins()),
    }


def _for_everyone(response: Response) -> Response:
    """Readable by every site: subresource integrity asks for that, and there is nothing of the corpus in it."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response
