"""Generations of the index on disk: each is written whole into a folder of its own, then made the live one by replacing
one small file. A reader sees the old one or the new one; a writer that is killed leaves the old one serving.

    HOME/generations/000012/{manifest.json, keyword/, vectors.faiss, catalogue.sqlite …}
    HOME/CURRENT             the name of the live generation
    HOME/writer.lock         held by whoever writes, with who that is
"""

from __future__ import annotations

import json
import os
import platform
import shutil
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from hashlib import file_digest
from pathlib import Path

from filelock import FileLock, Timeout

from search.embedding.identity import configured_model
from search.engines import DEFAULT
from search.errors import IndexBusy, IndexDamaged, IndexMismatch, NoIndex, TiaokuanError
from search.holding import is_held
from search.settings import Settings
from search.windows import SCHEME as WINDOW_SCHEME

SCHEMA = 5
"""Raised with every change of the files' format."""
TAKEN_OVER = frozenset({4, SCHEMA})
"""Formats of which the next index still takes over the engine and what is embedded: texts and vectors are as they were. What
changes these takes the earlier ones out."""
MANIFEST = "manifest.json"
CURRENT = "CURRENT"
UNFINISHED = "unfinished"
"""The folder for what a run that was broken off leaves for the next one."""
CATALOGUE = "catalogue.sqlite"


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
    engine: str = DEFAULT
    """The name under which the engine's files are opened."""


@dataclass(frozen=True, slots=True)
class Generation:
    """One generation on disk."""

    name: str
    folder: Path
    manifest: Manifest


def current_name(home: Path) -> str | None:
    """The name of the live generation, None where there is none. Raises IndexDamaged."""
    try:
        name = (home / CURRENT).read_text("utf-8").strip()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise IndexDamaged(file=CURRENT, reason=_one_line(error)) from error
    if not is_name(name):
        raise IndexDamaged(file=CURRENT, reason=f"{name[:20]!r} names no generation")
    return name


def is_name(name: str) -> bool:
    """Whether a generation could be called so."""
    return name.isascii() and name.isdecimal()


def generation_names(home: Path) -> list[str]:
    """The generations that are there, oldest first."""
    with suppress(OSError):
        return sorted((p.name for p in (home / "generations").iterdir() if is_name(p.name)), key=int)
    return []


def open_current(home: Path, schemas: Collection[int] = (SCHEMA,)) -> Generation:
    """The live generation. Raises NoIndex, IndexMismatch or IndexDamaged."""
    name = current_name(home)
    if name is None:
        raise NoIndex(home=home)
    return open_generation(home, name, schemas)


def open_generation(home: Path, name: str, schemas: Collection[int] = (SCHEMA,)) -> Generation:
    """A generation by its name, its files there and of the right size. Raises IndexMismatch or IndexDamaged."""
    generation = read_generation(home / "generations" / name, name, schemas)
    for file, facts in generation.manifest.files.items():
        path = generation.folder / file
        if not path.is_file() or path.stat().st_size != facts["size"]:
            raise IndexDamaged(file=f"{name}/{file}", reason="missing or cut short")
    return generation


def read_generation(folder: Path, name: str, schemas: Collection[int] = (SCHEMA,)) -> Generation:
    """What the manifest in a folder says; its files are not looked at. Raises IndexMismatch or IndexDamaged."""
    try:
        raw = json.loads((folder / MANIFEST).read_text("utf-8"))
        if raw.get("schema") not in schemas:
            raise IndexMismatch(what="schema", found=raw.get("schema"), expected=SCHEMA)
        manifest = Manifest(**raw)
        _check_types(manifest)
    except (OSError, ValueError, TypeError, AttributeError, RecursionError) as error:
        raise IndexDamaged(file=f"{name}/{MANIFEST}", reason=_one_line(error)) from error
    return Generation(name, folder, manifest)


def _check_types(manifest: Manifest) -> None:
    """Raises TypeError or ValueError where something is not of the kind that every reader takes it for."""
    mappings = (manifest.analyzer, manifest.embedder, manifest.counts, manifest.files, manifest.sources)
    texts = (manifest.created, manifest.engine, *manifest.sources.values())
    if not all(isinstance(each, dict) for each in mappings) or not all(isinstance(each, str) for each in texts):
        raise TypeError("an entry of another kind")
    if not all(isinstance(count, int) for count in manifest.counts.values()):
        raise TypeError("counts that are no numbers")
    if not all({"size", "sha256"} <= facts.keys() for facts in manifest.files.values()):
        raise ValueError("files without checksums")


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


def chosen_engine(settings: Settings) -> str:
    """The engine that the next generation is to have: that of the settings, else that of the live one."""
    if settings.engine:
        return settings.engine
    with suppress(TiaokuanError):
        return open_current(settings.home, TAKEN_OVER).manifest.engine
    return DEFAULT


def verify(generation: Generation) -> list[str]:
    """The files of a generation whose bytes are not what was written."""
    return [f for f, facts in generation.manifest.files.items() if _digest(generation.folder / f) != facts["sha256"]]


def check_whole(generation: Generation) -> None:
    """Raises IndexDamaged with the first file whose bytes are not what was written."""
    for file in verify(generation):
        raise IndexDamaged(file=f"{generation.name}/{file}", reason="the checksum differs")


def check_made_alike(generation: Generation, analyzer: Mapping[str, object], settings: Settings) -> None:
    """Raises IndexMismatch unless what this program asks can be compared with what the generation holds."""
    check_fingerprint("analyzer", generation.manifest.analyzer, analyzer)
    check_fingerprint("model", generation.manifest.embedder, expected_model(settings))


@contextmanager
def writer_lock(home: Path, wait: float = 0) -> Iterator[None]:
    """The right to write, for one process at a time. Raises IndexBusy with the holder's process and machine, and since
    when, if it is not free within `wait` seconds.

    The lock is the operating system's, so that of a process that died is free."""
    home.mkdir(parents=True, exist_ok=True)
    holder = home / "writer.txt"
    lock = FileLock(home / "writer.lock")
    try:
        lock.acquire(timeout=wait)
    except Timeout as error:
        raise IndexBusy(holder=_written(holder)) from error
    try:
        since = f"{datetime.now(UTC).astimezone():%Y-%m-%d %H:%M:%S}"
        holder.write_text(f"PID {os.getpid()}, {platform.node()}, {since}", "utf-8")
        yield
    finally:
        holder.unlink(missing_ok=True)
        lock.release()


def _written(holder: Path) -> str:
    """Who holds the lock; the file may be gone in the meantime, or not be written yet."""
    with suppress(OSError, UnicodeDecodeError):
        return _one_line_of(holder.read_text("utf-8")) or "?"
    return "?"


class GenerationWriter:
    """Makes a new generation in a folder that nobody reads yet; hold `writer_lock` meanwhile."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._all = home / "generations"
        self._all.mkdir(parents=True, exist_ok=True)
        for pattern in ("*.new", "*.gone"):  # of a writer that was killed
            for left in self._all.glob(pattern):
                shutil.rmtree(left, ignore_errors=True)
        self.name = f"{max(map(int, generation_names(home)), default=0) + 1:06d}"
        self.folder = self._all / f"{self.name}.new"
        self.folder.mkdir()

    def publish(  # noqa: PLR0913 what a manifest says, by name
        self,
        *,
        analyzer: Mapping[str, object],
        embedder: Mapping[str, object],
        counts: Mapping[str, int],
        sources: Mapping[str, str],
        engine: str,
        keep: int,
    ) -> str:
        """Seal the folder with its manifest, make it live, and remove all but the newest `keep` generations."""
        files = {
            path.relative_to(self.folder).as_posix(): {"size": path.stat().st_size, "sha256": _digest(path)}
            for path in sorted(self.folder.rglob("*"))
            if path.is_file() and path.name != MANIFEST
        }
        created = datetime.now(UTC).isoformat(timespec="seconds")
        manifest = Manifest(SCHEMA, created, analyzer, embedder, counts, files, sources, engine)
        text = json.dumps(asdict(manifest), ensure_ascii=False, indent=1, sort_keys=True)
        write_durably(self.folder / MANIFEST, text)
        return self.adopt(keep)

    def adopt(self, keep: int) -> str:
        """Make the folder live as it is, with the manifest that is in it, and remove old generations."""
        for path in self.folder.rglob("*"):
            _sync(path)
        _sync(self.folder)
        self.folder.rename(self._all / self.name)
        _sync(self._all)
        make_live(self._home, self.name)
        self._clean(keep)
        return self.name

    def discard(self) -> None:
        """Remove what was written; the live generation stays. What was sealed and could not be made live goes, too."""
        shutil.rmtree(self.folder, ignore_errors=True)
        with suppress(IndexDamaged):
            if current_name(self._home) != self.name:
                shutil.rmtree(self._all / self.name, ignore_errors=True)

    def _clean(self, keep: int) -> None:
        """Removes old generations; one that is still read waits for the next run."""
        for name in generation_names(self._home)[:-keep]:
            folder = self._all / name
            if name != self.name and not is_held(folder / CATALOGUE):
                gone = folder.with_name(folder.name + ".gone")  # in one step: nobody finds half a generation
                with suppress(OSError):
                    folder.rename(gone)
                shutil.rmtree(gone, ignore_errors=True)


def make_live(home: Path, name: str) -> None:
    """Let readers find this generation from now on."""
    write_durably(home / CURRENT, name + "\n")


def write_durably(file: Path, text: str) -> None:
    """Replace a file's content so that after a crash it holds the old text or the new one, never a part."""
    temporary = file.with_name(file.name + ".tmp")
    try:
        temporary.write_text(text, "utf-8")
        _sync(temporary)
        os.replace(temporary, file)
    finally:
        temporary.unlink(missing_ok=True)
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
    return _one_line_of(str(error)) or type(error).__name__


def _one_line_of(text: str) -> str:
    return " ".join(text.split())
