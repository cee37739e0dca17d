"""One file that holds the live generation and what an installation cannot make again: own synonyms, judgments, the list of
what was removed, uploaded documents, and on demand the keys.

It is a zip file whose members are stored, not deflated (what is large in an index is compressed already): so none of it
can swell when it is taken out. Its first member, `backup.json`, lists the others with size and SHA-256; what is not on the
list, or is listed and is not there, makes the whole file unfit.
"""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import BinaryIO

from search.engines import ELSEWHERE
from search.errors import BackupExists, CannotWrite, IndexDamaged, NotInBackups
from search.generation import CATALOGUE, MANIFEST, check_fingerprint, expected_model, open_current
from search.holding import Hold
from search.settings import Settings
from search.text.segment import Analyzer

FORMAT = 1
HEADER = "backup.json"
GENERATION = "generation/"
HOME = "home/"
UPLOADS = "uploads/"
KEYS = "keys.json"
HOME_FILES = ("synonyms.txt", "judgments.jsonl", "removed.json", KEYS)
PIECE = 1 << 20
_EPOCH = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class BackupReport:
    """What was written: `size` is in bytes, `files` are the members."""

    file: Path
    generation: str
    size: int
    files: tuple[str, ...]

    def as_dict(self) -> dict[str, object]:
        """The report as JSON-ready values."""
        return {"file": str(self.file), "generation": self.generation, "bytes": self.size, "files": list(self.files)}


@dataclass(frozen=True, slots=True)
class _Member:
    name: str
    path: Path
    expected: str | None = None
    """The SHA-256 that the manifest names."""


def write_backup(settings: Settings, file: Path, *, with_keys: bool = False) -> BackupReport:
    """Write a backup of the live generation; the file appears whole or not at all, readable by its owner only.

    Raises NoIndex, IndexMismatch, IndexDamaged (a damaged index is not put into a backup), BackupExists, NotInBackups or
    CannotWrite."""
    if file.exists():
        raise BackupExists(file=file)
    live = open_current(settings.home)
    if live.manifest.engine in ELSEWHERE:
        raise NotInBackups(engine=live.manifest.engine)
    check_fingerprint("analyzer", live.manifest.analyzer, Analyzer(settings.cache).fingerprint)
    check_fingerprint("model", live.manifest.embedder, expected_model(settings))
    hold = Hold(live.folder / CATALOGUE)  # nobody removes it meanwhile
    part = file.with_name(f".{file.name}.{os.getpid()}.part")
    try:
        members = [*_generation(live.folder, live.manifest.files), *_own(settings, with_keys=with_keys)]
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
            _write(stream, live.name, members)
            stream.flush()
            os.fsync(stream.fileno())
        if file.exists():
            raise BackupExists(file=file)
        part.rename(file)
    except OSError as error:
        raise CannotWrite(file=error.filename or file, reason=error.strerror or str(error)) from error
    finally:
        hold.release()
        part.unlink(missing_ok=True)
    return BackupReport(file, live.name, file.stat().st_size, tuple(member.name for member in members))


def _generation(folder: Path, files: object) -> Iterator[_Member]:
    yield _Member(GENERATION + MANIFEST, folder / MANIFEST)
    assert isinstance(files, dict)  # noqa: S101 - as the manifest was read
    for name, facts in files.items():
        yield _Member(GENERATION + name, folder / name, facts["sha256"])


def _own(settings: Settings, *, with_keys: bool) -> Iterator[_Member]:
    for name in HOME_FILES:
        if (settings.home / name).is_file() and (with_keys or name != KEYS):
            yield _Member(HOME + name, settings.home / name)
    if settings.uploads_folder.is_dir():
        for path in sorted(settings.uploads_folder.iterdir()):
            if path.is_file() and not path.is_symlink() and not path.name.startswith("."):
                yield _Member(UPLOADS + path.name, path)


def _write(stream: BinaryIO, generation: str, members: list[_Member]) -> None:
    """The list comes first, so that a reader knows what to expect; hence every file is read twice."""
    listed = {member.name: _facts(member) for member in members}
    header = {
        "format": FORMAT,
        "program": _version(),
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "generation": generation,
        "files": listed,
    }
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(zipfile.ZipInfo(HEADER, _EPOCH), json.dumps(header, ensure_ascii=False, indent=1))
        for member in members:
            _copy(archive, member, listed[member.name])


def _facts(member: _Member) -> dict[str, object]:
    digest, size = sha256(), 0
    with member.path.open("rb") as file:
        while piece := file.read(PIECE):
            digest.update(piece)
            size += len(piece)
    if member.expected not in (None, digest.hexdigest()):
        raise IndexDamaged(file=member.name, reason="the checksum differs")
    return {"size": size, "sha256": digest.hexdigest()}


def _copy(archive: zipfile.ZipFile, member: _Member, facts: dict[str, object]) -> None:
    digest = sha256()
    entry = zipfile.ZipInfo(member.name, _EPOCH)
    with member.path.open("rb") as source, archive.open(entry, "w", force_zip64=True) as target:
        while piece := source.read(PIECE):
            digest.update(piece)
            target.write(piece)
    if digest.hexdigest() != facts["sha256"]:  # own files may be saved while they are read; once more is enough then
        raise IndexDamaged(file=member.name, reason="changed while it was read; try again")


def _version() -> str:
    try:
        return version("tiaokuan")
    except PackageNotFoundError:
        return ""
