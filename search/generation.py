"""Generations of the index on disk: each is written whole into a folder of its own, then made the live one by replacing
one small file. A reader sees the old one or the new one; a writer that is killed leaves the old one serving.

    HOME/generations/000012/{manifest.json, keyword/, vectors.faiss, catalogue.sqlite …}
    HOME/CURRENT             the name of the live generation
    HOME/writer.lock         held by whoever writes, with who that is
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from hashlib import file_digest
from pathlib import Path

from filelock import FileLock, Timeout

from search.embedding.identity import configured_model
from search.errors import IndexBusy, IndexDamaged, IndexMismatch, NoIndex
from search.settings import Settings
from search.windows import SCHEME as WINDOW_SCHEME

SCHEMA = 2
"""Raised with every change of the files' format."""
_MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a generation was made with and holds. `files` maps each file to its size and SHA-256."""

    schema: int
    created: str
    analyzer: Mapping[str, object]
    embedder: Mapping[str, object]
    counts: Mapping[str, int]
    files: Mapping[str, Mapping[str, object]]
    sources: Mapping[str, str]
    """The files that were read → SHA-256 of their bytes."""


@dataclass(frozen=True, slots=True)
class Generation:
    """One generation on disk."""

    name: str
    folder: Path
    manifest: Manifest


def current_name(home: Path) -> str | None:
    """The name of the live generation, None where there is none."""
    with suppress(FileNotFoundError, NotADirectoryError):
        return (home / "CURRENT").read_text("utf-8").strip() or None
    return None


def open_current(home: Path) -> Generation:
    """The live generation. Raises NoIndex or IndexDamaged."""
    name = current_name(home)
    if name is None:
        raise NoIndex(home=home)
    folder = home / "generations" / name
    try:
        raw = json.loads((folder / _MANIFEST).read_text("utf-8"))
        if raw.get("schema") != SCHEMA:
            raise IndexMismatch(what="schema", found=raw.get("schema"), expected=SCHEMA)
        manifest = Manifest(**raw)
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise IndexDamaged(file=f"{name}/{_MANIFEST}", reason=_one_line(error)) from error
    for file, facts in manifest.files.items():
        path = folder / file
        if not path.is_file() or path.stat().st_size != facts["size"]:
            raise IndexDamaged(file=f"{name}/{file}", reason="missing or cut short")
    return Generation(name, folder, manifest)


def check_fingerprint(what: str, found: Mapping[str, object], expected: Mapping[str, object]) -> None:
    """Raises IndexMismatch naming the first thing in which an index differs from what this program would write."""
    for key, value in expected.items():
        if found.get(key) != value:
            raise IndexMismatch(what=f"{what}.{key}", found=found.get(key), expected=value)


def expected_model(settings: Settings) -> dict[str, object]:
    """What a manifest must say of the embedder under these settings. Loads no model."""
    model = configured_model(settings)
    revision = {"revision": model.revision} if model.revision else {}
    return {"model": model.model, "windows": WINDOW_SCHEME, **revision}


def verify(generation: Generation) -> list[str]:
    """The files of a generation whose bytes are not what was written."""
    return [f for f, facts in generation.manifest.files.items() if _digest(generation.folder / f) != facts["sha256"]]


@contextmanager
def writer_lock(home: Path) -> Iterator[None]:
    """The right to write, for one process at a time. Raises IndexBusy with the holder's process and since when.

    The lock is the operating system's, so that of a process that died is free."""
    home.mkdir(parents=True, exist_ok=True)
    holder = home / "writer.txt"
    lock = FileLock(home / "writer.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        known = holder.read_text("utf-8").strip() if holder.exists() else "?"
        raise IndexBusy(holder=known) from error
    try:
        holder.write_text(f"PID {os.getpid()}, {datetime.now(UTC).astimezone():%Y-%m-%d %H:%M:%S}", "utf-8")
        yield
    finally:
        holder.unlink(missing_ok=True)
        lock.release()


class GenerationWriter:
    """Makes a new generation in a folder that nobody reads yet; hold `writer_lock` meanwhile."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._all = home / "generations"
        self._all.mkdir(parents=True, exist_ok=True)
        for left in self._all.glob("*.new"):  # of a writer that was killed
            shutil.rmtree(left, ignore_errors=True)
        names = [int(p.name) for p in self._all.iterdir() if p.name.isdecimal()]
        self.name = f"{max(names, default=0) + 1:06d}"
        self.folder = self._all / f"{self.name}.new"
        self.folder.mkdir()

    def publish(
        self,
        *,
        analyzer: Mapping[str, object],
        embedder: Mapping[str, object],
        counts: Mapping[str, int],
        sources: Mapping[str, str],
        keep: int,
    ) -> str:
        """Seal the folder with its manifest, make it live, and remove all but the newest `keep` generations."""
        files = {
            path.relative_to(self.folder).as_posix(): {"size": path.stat().st_size, "sha256": _digest(path)}
            for path in sorted(self.folder.rglob("*"))
            if path.is_file() and path.name != _MANIFEST
        }
        created = datetime.now(UTC).isoformat(timespec="seconds")
        manifest = Manifest(SCHEMA, created, analyzer, embedder, counts, files, sources)
        text = json.dumps(asdict(manifest), ensure_ascii=False, indent=1, sort_keys=True)
        write_durably(self.folder / _MANIFEST, text)
        for path in self.folder.rglob("*"):
            _sync(path)
        _sync(self.folder)
        self.folder.rename(self._all / self.name)
        _sync(self._all)
        write_durably(self._home / "CURRENT", self.name + "\n")
        self._clean(keep)
        return self.name

    def discard(self) -> None:
        """Remove what was written; the live generation stays."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _clean(self, keep: int) -> None:
        old = sorted((p for p in self._all.iterdir() if p.name.isdecimal()), key=lambda p: int(p.name))
        for folder in old[:-keep]:
            shutil.rmtree(folder, ignore_errors=True)


def write_durably(file: Path, text: str) -> None:
    """Replace a file's content so that after a crash it holds the old text or the new one, never a part."""
    temporary = file.with_name(file.name + ".tmp")
    temporary.write_text(text, "utf-8")
    _sync(temporary)
    os.replace(temporary, file)
    _sync(file.parent)


def _sync(path: Path) -> None:
    """Ask the operating system to put a file or folder on the disk (folders: where it can)."""
    with suppress(PermissionError):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _digest(file: Path) -> str | None:
    try:
        with file.open("rb") as stream:
            return file_digest(stream, "sha256").hexdigest()
    except OSError:
        return None


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__
