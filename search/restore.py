"""Puts a backup (search.backup) back, as a new generation beside those that are there. Everything in it is checked before
any of it counts: a backup may come from anywhere, and may be cut short, altered, or made to harm."""

from __future__ import annotations

import json
import os
import shutil
import stat
import zipfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path, PurePosixPath

from search.backup import FORMAT, GENERATION, HEADER, HOME, HOME_FILES, PIECE, UPLOADS
from search.engines import ELSEWHERE, check_engine, open_engine
from search.errors import BadBackup, CannotWrite, IndexDamaged, IndexMismatch
from search.generation import (
    CATALOGUE,
    MANIFEST,
    Generation,
    GenerationWriter,
    check_made_alike,
    read_generation,
    writer_lock,
)
from search.settings import Settings
from search.store import Catalogue
from search.text.segment import Analyzer

_LARGEST_HEADER = 256 * 1024 * 1024
_MOST_MEMBERS = 1_000_000


@dataclass(frozen=True, slots=True)
class RestoreReport:
    """The new live generation; which own files were put back, and which were left as they are here."""

    generation: str
    restored: tuple[str, ...]
    kept: tuple[str, ...]

    def as_dict(self) -> dict[str, object]:
        """The report as JSON-ready values."""
        return {"generation": self.generation, "restored": list(self.restored), "kept": list(self.kept)}


@dataclass(frozen=True, slots=True)
class _Facts:
    size: int
    sha256: str


def restore_backup(settings: Settings, file: Path) -> RestoreReport:
    """Make the generation in a backup the live one. Own files that are here already and differ stay as they are.

    Raises BadBackup (also for one of another version or model), EngineUnavailable, IndexBusy or CannotWrite; the live
    generation stays as it was then."""
    try:
        with zipfile.ZipFile(file) as archive, writer_lock(settings.home, settings.wait):
            return _restore(settings, file, archive)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        raise BadBackup(file=file, reason=" ".join(str(error).split()) or type(error).__name__) from error
    except OSError as error:
        if error.filename == str(file) or isinstance(error, FileNotFoundError):
            raise BadBackup(file=file, reason=error.strerror or str(error)) from error
        raise CannotWrite(file=error.filename or settings.home, reason=error.strerror or str(error)) from error


def _restore(settings: Settings, file: Path, archive: zipfile.ZipFile) -> RestoreReport:
    listed = _listed(file, archive)
    writer = GenerationWriter(settings.home)
    staging = writer.folder.with_name(f"{writer.name}.own.new")
    try:
        staging.mkdir()
        for name, facts in listed.items():
            inside = name.startswith(GENERATION)
            place = writer.folder / name.removeprefix(GENERATION) if inside else staging / name
            _take_out(file, archive, name, facts, place)
        _check(settings, file, writer)
        restored, kept = _put_back(settings, staging, [name for name in listed if not name.startswith(GENERATION)])
        name = writer.adopt(settings.keep_generations)
    except BaseException:
        writer.discard()
        raise
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return RestoreReport(name, restored, kept)


def _listed(file: Path, archive: zipfile.ZipFile) -> dict[str, _Facts]:
    """The members but the header, each with what the header says of it. Raises BadBackup."""
    entries = archive.infolist()
    _refuse_strange(file, entries)
    try:
        if archive.getinfo(HEADER).file_size > _LARGEST_HEADER:
            raise ValueError(f"{HEADER} is too large")
        header = json.loads(archive.read(HEADER))
        if header["format"] != FORMAT:
            raise ValueError(f"format {header['format']!r}, not {FORMAT}")
        listed = {str(name): _Facts(int(f["size"]), str(f["sha256"])) for name, f in header["files"].items()}
    except (KeyError, TypeError, AttributeError, ValueError, RecursionError) as error:
        raise BadBackup(file=file, reason=f"{HEADER}: {' '.join(str(error).split())}") from error
    there = {entry.filename: entry.file_size for entry in entries if entry.filename != HEADER}
    if there != {name: facts.size for name, facts in listed.items()}:
        raise BadBackup(file=file, reason=f"other files than {HEADER} lists")
    if GENERATION + MANIFEST not in listed:
        raise BadBackup(file=file, reason=f"no {GENERATION}{MANIFEST}")
    for name in listed:
        if not _is_expected(name):
            raise BadBackup(file=file, reason=f"{name[:80]!r} does not belong into a backup")
    return listed


def _refuse_strange(file: Path, entries: list[zipfile.ZipInfo]) -> None:
    """What backups never have, and what could harm: compressed members, links, names twice, parts that share bytes."""
    names = {entry.filename for entry in entries}
    if len(names) != len(entries) or len(entries) > _MOST_MEMBERS:
        raise BadBackup(file=file, reason="names that occur twice")
    for entry in entries:
        kind = stat.S_IFMT(entry.external_attr >> 16)
        if entry.compress_type != zipfile.ZIP_STORED or kind not in (0, stat.S_IFREG) or entry.is_dir():
            raise BadBackup(file=file, reason=f"{entry.filename[:80]!r} is no plain file")
    if sum(entry.file_size for entry in entries) > file.stat().st_size:
        raise BadBackup(file=file, reason="members larger than the file")


def _is_expected(name: str) -> bool:
    """Whether a member stands where a backup's files stand, and below the folder that it is taken out to."""
    parts = PurePosixPath(name).parts
    plain = (
        "/".join(parts) == name and ".." not in parts and "\\" not in name and ":" not in name and name.isprintable()
    )
    if not plain:
        return False
    if name.startswith(HOME):
        return name.removeprefix(HOME) in HOME_FILES
    if name.startswith(UPLOADS):
        return len(parts) == 2 and not parts[1].startswith((".", "~"))
    return name.startswith(GENERATION) and len(parts) > 1


def _take_out(file: Path, archive: zipfile.ZipFile, name: str, facts: _Facts, place: Path) -> None:
    """Write a member to its place, and compare it on the way. Raises BadBackup."""
    place.parent.mkdir(parents=True, exist_ok=True)
    digest, size = sha256(), 0
    with archive.open(name) as source, place.open("xb") as target:
        while piece := source.read(PIECE):
            size += len(piece)
            if size > facts.size:
                break
            digest.update(piece)
            target.write(piece)
    if size != facts.size or digest.hexdigest() != facts.sha256:
        raise BadBackup(file=file, reason=f"{name}: the checksum differs")


def _check(settings: Settings, file: Path, writer: GenerationWriter) -> None:
    """Whether what was taken out is a generation that this program can search."""
    analyzer = Analyzer(settings.cache)
    try:
        generation = read_generation(writer.folder, writer.name)
        check_made_alike(generation, analyzer.fingerprint, settings)
    except IndexDamaged as error:
        raise BadBackup(file=file, reason=str(error.parameters["reason"])) from error
    except IndexMismatch as error:
        what, found, expected = (error.parameters[name] for name in ("what", "found", "expected"))
        raise BadBackup(file=file, reason=f"{what}: {found}, not {expected}") from error
    check_engine(name := generation.manifest.engine)
    if name in ELSEWHERE:
        raise BadBackup(file=file, reason=f"{name}: what it keeps elsewhere is in no backup")
    _check_files(file, generation)
    try:
        counts = _counts(generation, analyzer)
    except OSError:
        raise
    except Exception as error:  # what was not an index before it was packed: of any kind
        raise BadBackup(file=file, reason=" ".join(f"{type(error).__name__}: {error}".split())) from error
    if counts != dict(generation.manifest.counts):
        raise BadBackup(file=file, reason=f"holds {counts}, says {dict(generation.manifest.counts)}")


def _check_files(file: Path, generation: Generation) -> None:
    """The manifest and the backup list the same files with the same checksums."""
    there = {
        path.relative_to(generation.folder).as_posix(): path
        for path in generation.folder.rglob("*")
        if path.is_file() and path.name != MANIFEST
    }
    if there.keys() != generation.manifest.files.keys():
        raise BadBackup(file=file, reason=f"other files than {MANIFEST} lists")
    for name, path in there.items():
        with path.open("rb") as stream:
            digest = sha256()
            while piece := stream.read(PIECE):
                digest.update(piece)
        if digest.hexdigest() != generation.manifest.files[name]["sha256"]:
            raise BadBackup(file=file, reason=f"{name}: the checksum differs from that in {MANIFEST}")


def _counts(generation: Generation, analyzer: Analyzer) -> Mapping[str, int]:
    catalogue = Catalogue(generation.folder / CATALOGUE)
    try:
        engine = open_engine(generation.folder, analyzer, name=generation.manifest.engine)
        try:
            documents, clauses = catalogue.counts()
            return {"documents": documents, "clauses": clauses, "windows": engine.stats().windows}
        finally:
            engine.close()
    finally:
        catalogue.close()


def _put_back(settings: Settings, staging: Path, names: list[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Give own files their places; what is there already and differs is kept."""
    restored, kept = [], []
    for name in names:
        folder = settings.uploads_folder if name.startswith(UPLOADS) else settings.home
        source, target = staging / name, folder / PurePosixPath(name).name
        if target.exists() or target.is_symlink():
            if not _is_same(source, target):
                kept.append(name)
            continue
        folder.mkdir(parents=True, exist_ok=True)
        source.chmod(0o600 if name.startswith(HOME) else 0o644)
        shutil.move(source, target)
        restored.append(name)
    return tuple(restored), tuple(kept)


def _is_same(one: Path, other: Path) -> bool:
    with suppress(OSError):
        return os.path.samefile(one, other) or one.read_bytes() == other.read_bytes()
    return False
