"""Word's old formats (.doc, .wps, .rtf, Word XML) and .odt, through LibreOffice where it is installed."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

from indexer.readers.isolated import in_worker
from indexer.readers.repairs import Decoded
from indexer.readers.unreadable import Unreadable

SECONDS = 120.0
"""Wall clock for one file; a first start on a slow disk takes half a minute."""
MEMORY = 4 * 1024**3
"""Address space in bytes. LibreOffice reserves much more than it uses."""
_PLACES = (
    "/Applications/LibreOffice.app/Contents/MacOS/soffice",
    "C:/Program Files/LibreOffice/program/soffice.com",
)
_read_docx = in_worker("indexer.readers.docx:read_docx")

# Macros never run, and nothing is fetched that a document links to.
_SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="MacroSecurityLevel" oor:op="fuse"><value>3</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="DisableMacrosExecution" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="BlockUntrustedRefererLinks" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Writer/Content/Update"><prop oor:name="Link" oor:op="fuse"><value>2</value></prop></item>
</oor:items>
"""


def find_soffice() -> str | None:
    """LibreOffice's program, or None where it is not installed."""
    found = shutil.which("soffice") or shutil.which("libreoffice")
    return found or next((place for place in _PLACES if Path(place).is_file()), None)


def read_office(data: bytes) -> Decoded:
    """The text of an old document. Raises Unreadable: `needs_libreoffice`, `timeout`, `corrupt`, or a docx's reasons."""
    program = find_soffice()
    if program is None:
        raise Unreadable("needs_libreoffice")
    return _read_docx(_convert(program, data))


def _convert(program: str, data: bytes) -> bytes:
    with tempfile.TemporaryDirectory(prefix="tiaokuan-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        source = folder / ("document.rtf" if data.startswith(b"{\\rtf") else "document.doc")
        source.write_bytes(data)
        (folder / "profile" / "user").mkdir(parents=True)
        (folder / "profile" / "user" / "registrymodifications.xcu").write_text(_SETTINGS, "utf-8")
        _run(_command(program, folder, source), folder)
        result = folder / "out" / "document.docx"
        if not result.is_file():
            raise Unreadable("corrupt")
        return result.read_bytes()


def _command(program: str, folder: Path, source: Path) -> list[str]:
    return [
        program,
        f"-env:UserInstallation={(folder / 'profile').as_uri()}",
        "--headless",
        "--norestore",
        "--nolockcheck",
        "--convert-to",
        "docx:MS Word 2007 XML",
        "--outdir",
        str(folder / "out"),
        str(source),
    ]


def _run(command: list[str], folder: Path) -> None:
    environment = {"PATH": os.environ.get("PATH", os.defpath), "HOME": str(folder), "LANG": "C.UTF-8"}
    environment |= {name: os.environ[name] for name in ("SYSTEMROOT", "TEMP", "TMPDIR") if name in os.environ}
    process = subprocess.Popen(  # noqa: S603 - an argument list, no shell; the file's name is ours
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environment,
        cwd=folder,
        start_new_session=True,
    )
    _limit(process.pid)
    try:
        process.wait(SECONDS)
    except subprocess.TimeoutExpired as error:
        raise Unreadable("timeout") from error
    finally:
        _end(process)


def _limit(process_id: int) -> None:
    if sys.platform == "linux":
        import resource

        with suppress(OSError):  # it may have ended already
            resource.prlimit(process_id, resource.RLIMIT_AS, (MEMORY, MEMORY))


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ends the program and what it started: `soffice` is a script around the one that works."""
    if process.poll() is not None:
        return
    with suppress(OSError):
        if sys.platform == "win32":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()
