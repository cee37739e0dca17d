"""Answers that are files to save."""

from __future__ import annotations

import re
from urllib.parse import quote

from flask import Response

from web import caching

# RFC 8187, attr-char: what stands in filename* without being encoded, beside letters and digits.
_PLAIN = "!#$&+.^_`|~-"
_NOT_IN_NAMES = re.compile(r'[\\/:*?"<>|\x00-\x1f\x7f]+')
_LONGEST_NAME = 60


def file_name(title: str, extension: str, otherwise: str) -> str:
    """A title, or what there is instead where nothing of it is left, as far as file systems allow."""
    name = _NOT_IN_NAMES.sub(" ", title)[:_LONGEST_NAME].strip(" .")
    return f"{name or otherwise}.{extension}"


def download(body: str | bytes, content_type: str, name: str) -> Response:
    """A file under a name in any script; programs that know ASCII names only get the extension. Half a surrogate pair,
    which no file may hold, becomes ?."""
    data = body.encode("utf-8", "replace") if isinstance(body, str) else body
    response = Response(data, content_type=content_type)
    names = {"filename": name}
    if not name.isascii():
        plain = f"document.{name.rpartition('.')[2]}"
        names = {"filename": plain, "filename*": f"UTF-8''{quote(name, safe=_PLAIN, errors='replace')}"}
    response.headers.set("Content-Disposition", "attachment", **names)
    return caching.conditional(response)
