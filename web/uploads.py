"""The folder of uploaded documents: what may be put there, under which name, and what may be taken out again."""

from __future__ import annotations

import os
from pathlib import Path
from unicodedata import category, normalize
from uuid import uuid4

from indexer.readers.kinds import ENDINGS
from indexer.removed import Removed
from indexer.sources import Source
from search.model import Document
from search.settings import Settings
from web.errors import BadFileName, DocumentExists, NotUploaded, UnreadableKind

MAX_NAME_BYTES = 200
_HOSTILE = frozenset('/\\<>:"|?*')


class Uploads:
    """The folder of the setting `uploads`. Files in it are documents as soon as the index is made anew."""

    def __init__(self, settings: Settings) -> None:
        self.folder = settings.uploads_folder
        self._corpus = settings.corpus
        self._removed = Removed(settings.home)

    @property
    def endings(self) -> tuple[str, ...]:
        """The endings of files that can be read."""
        return tuple(ENDINGS)

    def save(self, name: str, data: bytes) -> str:
        """Put a file there under the name that is returned. Raises BadFileName, UnreadableKind or DocumentExists.

        The file appears whole or not at all, and never in place of another one."""
        safe = safe_name(name)
        if Path(safe).suffix.lower() not in ENDINGS:
            raise UnreadableKind(name=safe, kinds=" ".join(ENDINGS))
        if (self._corpus / safe).exists():
            raise DocumentExists(name=safe, document_id=document_id(safe))
        self.folder.mkdir(parents=True, exist_ok=True)
        temporary = self.folder / f".{uuid4().hex}.part"  # hidden, so that no indexing takes it up
        try:
            with temporary.open("xb") as stream:
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())
            _put(temporary, self.folder / safe)
        except FileExistsError:
            raise DocumentExists(name=safe, document_id=document_id(safe)) from None
        finally:
            temporary.unlink(missing_ok=True)
        self._removed.forget({document_id(safe)})  # who puts it in again wants it in
        return safe

    def file_of(self, document: Document) -> str:
        """The name here of an uploaded document. Raises NotUploaded for one of the corpus."""
        name = document.file
        plain = name == Path(name).name and document.document_id == document_id(name)
        if plain and (self.folder / name).is_file() and not (self._corpus / name).exists():
            return name
        raise NotUploaded(document_id=document.document_id)

    def remove(self, name: str) -> None:
        """Take a file out; one that is gone already is none to worry about."""
        (self.folder / name).unlink(missing_ok=True)

    def holds(self, document: Document) -> bool:
        """Whether a document stands here or in the corpus, so that it will be in the next index."""
        return (self._corpus / document.file).is_file() or (self.folder / document.file).is_file()


def _put(file: Path, place: Path) -> None:
    """Give a file its name. Raises FileExistsError where there is one of that name: a rename would replace it."""
    try:
        os.link(file, place)
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links
        if place.exists():
            raise FileExistsError(place) from None
        os.replace(file, place)


def document_id(name: str) -> str:
    """The id that a file of this name will have as a document."""
    return Source(Path(name), name).document_id


def safe_name(name: str) -> str:
    """A name for a file in this folder and in no other: the last part of a path, in one spelling (NFC), without what steers
    a terminal or means something to a file system. Raises BadFileName where nothing is left."""
    last = normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    kept = "".join(
        "_" if c in _HOSTILE else c for c in last if category(c) not in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    )
    kept = kept.strip().lstrip(".~$ ").strip()
    stem, dot, ending = kept.rpartition(".")
    if not dot or not stem or stem.upper().startswith("README"):  # indexing leaves README files out
        raise BadFileName(name=name)
    room = MAX_NAME_BYTES - len(ending.encode()) - 1
    if room <= 0:
        raise BadFileName(name=name)
    return f"{stem.encode()[:room].decode('utf-8', 'ignore').rstrip()}.{ending}"
