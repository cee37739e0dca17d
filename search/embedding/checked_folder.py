"""Folders of the cache that are made once, whole, and known by the hashes of their files."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from filelock import FileLock

HASHES = "hashes.json"


def make_once(folder: Path, write: Callable[[Path], None]) -> None:
    """Have `write` fill the folder (it is given an empty one beside it), unless it is intact. Safe when several processes
    ask at once. Raises OSError, and what `write` raises; the folder is then as it was."""
    if is_intact(folder):
        return
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{folder}.lock"):
        if not is_intact(folder):  # another process may have made it while this one waited
            _make(folder, write)


def is_intact(folder: Path) -> bool:
    """Whether the folder holds exactly the files that were written, unaltered."""
    try:
        expected = json.loads((folder / HASHES).read_text("utf-8"))
        return bool(expected == _hashes(folder))
    except (OSError, ValueError):
        return False


def _make(folder: Path, write: Callable[[Path], None]) -> None:
    temporary = Path(tempfile.mkdtemp(prefix=f"{folder.name}.", suffix=".part", dir=folder.parent))
    try:
        write(temporary)
        # Written last: a folder without it, or that differs from it, is not intact.
        (temporary / HASHES).write_text(json.dumps(_hashes(temporary), indent=1), encoding="utf-8")
        temporary.chmod(0o755)  # mkdtemp makes it private; a cache may be shared
        shutil.rmtree(folder, ignore_errors=True)  # os.replace refuses a folder that is not empty
        os.replace(temporary, folder)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _hashes(folder: Path) -> dict[str, str]:
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.name != HASHES:
            with path.open("rb") as file:
                found[path.relative_to(folder).as_posix()] = hashlib.file_digest(file, "sha256").hexdigest()
    return found
