"""Takes the pictures in docs/screenshots: the real server on corpus/, in Chromium without a window.

    .venv/bin/python docs/take_screenshots.py [FOLDER]

Needs Debian's packages chromium and fonts-noto-cjk (or $CHROMIUM and any font with Chinese). The browser is spoken to
over two pipes, in the DevTools protocol: window sizes below 500 pixels and the dark scheme have no command line option.
"""

from __future__ import annotations

import base64
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

ROOT = Path(__file__).resolve().parent.parent
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or "chromium"
QUERY = "民营银行"
FLAGS = [
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync", "--remote-debugging-pipe"),
]


class Shot(NamedTuple):
    """One picture: its file's name, the path of the page, and the window."""

    name: str
    path: str
    width: int = 1280
    height: int = 800
    dark: bool = False


class Browser:
    """One page of a running Chromium. Messages on its pipes are JSON, each ended by a zero byte."""

    def __init__(self, to: int, back: int) -> None:
        self._to, self._back = os.fdopen(to, "wb", 0), os.fdopen(back, "rb", 0)
        self._number, self._rest, self._session = 0, b"", ""
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self.call("Page.enable")

    def call(self, method: str, **parameters: Any) -> Any:
        """One command and its result."""
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        self._to.write(json.dumps(message).encode() + b"\0")
        for answer in self._messages():
            if answer.get("id") == self._number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                return answer["result"]
        raise RuntimeError(f"{method}: the browser ended")

    def wait_for(self, event: str) -> None:
        next(message for message in self._messages() if message.get("method") == event)

    def close(self) -> None:
        self._session = ""
        self.call("Browser.close")

    def _messages(self) -> Iterator[Any]:
        while True:
            while b"\0" not in self._rest:
                read = self._back.read(1 << 16)
                if not read:
                    return
                self._rest += read
            message, self._rest = self._rest.split(b"\0", 1)
            yield json.loads(message)


@contextmanager
def browser() -> Iterator[Browser]:
    """A browser with an empty profile. It reads commands from its descriptor 3 and answers on 4."""
    (theirs_in, to), (back, theirs_out) = os.pipe(), os.pipe()
    with tempfile.TemporaryDirectory() as profile:
        shell = f'exec "$@" 3<&{theirs_in} 4>&{theirs_out}'  # opened last, theirs_out is neither 3 nor 4
        command = ["bash", "-c", shell, "bash", CHROMIUM, *FLAGS, f"--user-data-dir={profile}", "about:blank"]
        running = subprocess.Popen(command, pass_fds=(theirs_in, theirs_out), stderr=subprocess.DEVNULL)  # noqa: S603
        os.close(theirs_in)
        os.close(theirs_out)
        opened = Browser(to, back)
        try:
            yield opened
            opened.close()
        finally:
            running.terminate()
            running.wait(30)


@contextmanager
def server() -> Iterator[str]:
    """The address of the real server on the real corpus."""
    command = [sys.executable, "-m", "web.cli"]
    subprocess.run([*command, "index", "--if-needed"], cwd=ROOT, check=True)  # noqa: S603
    serve = [*command, "serve", "--port", "0"]
    running = subprocess.Popen(serve, cwd=ROOT, stdout=subprocess.PIPE, text=True)  # noqa: S603
    try:
        said = running.stdout.readline() if running.stdout else ""
        found = re.search(r"http://[\d.:]+", said)
        if not found:
            raise SystemExit("the server did not start")
        yield found[0]
    finally:
        running.terminate()
        running.wait(30)


def ask(address: str, path: str) -> Any:
    """The JSON that the server answers with."""
    with urllib.request.urlopen(address + path) as answer:  # noqa: S310 - our own server
        return json.load(answer)


def shots(address: str) -> list[Shot]:
    """The pictures. The clause that is shown is the first hit; asking for it twice has the model loaded."""
    query = urlencode({"q": QUERY})
    ask(address, f"/api/v1/search?{query}")
    hit = ask(address, f"/api/v1/search?{query}")["hits"][0]
    document, clause = quote(hit["document_id"]), quote(hit["clause_id"])
    return [
        Shot("home", "/"),
        Shot("search", f"/search?{query}"),
        Shot("search-dark", f"/search?{query}", dark=True),
        Shot("search-phone", f"/search?{query}", width=390, height=844),
        Shot("document", f"/documents/{document}?{query}"),
        Shot("similar", f"/clauses/{clause}/similar"),
    ]


def take(page: Browser, address: str, shot: Shot) -> bytes:
    """The window as PNG."""
    phone = shot.width < 500
    page.call(
        "Emulation.setDeviceMetricsOverride",
        width=shot.width,
        height=shot.height,
        deviceScaleFactor=1.5 if phone else 1,
        mobile=phone,
    )
    scheme = "dark" if shot.dark else "light"
    page.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
    page.call("Page.navigate", url="about:blank")  # or only a fragment would change
    page.wait_for("Page.loadEventFired")
    page.call("Page.navigate", url=address + shot.path)
    page.wait_for("Page.loadEventFired")
    page.call("Runtime.evaluate", expression="document.fonts.ready.then(() => 0)", awaitPromise=True)
    return base64.b64decode(page.call("Page.captureScreenshot", format="png", optimizeForSpeed=False)["data"])


def main() -> None:
    into = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs/screenshots"
    into.mkdir(parents=True, exist_ok=True)
    with server() as address, browser() as page:
        for shot in shots(address):
            file = into / f"{shot.name}.png"
            file.write_bytes(take(page, address, shot))
            print(f"{file}  {shot.width}×{shot.height}  {file.stat().st_size // 1000} kB")


if __name__ == "__main__":
    main()
