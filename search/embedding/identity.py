"""Which model made a vector: what an index says of it, and what the settings ask for. Loads no torch."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from pathlib import Path

from search.embedding.bundled import MODEL_NAME, VECTORS, WEIGHTS_SHA256
from search.errors import ModelUnavailable
from search.settings import BUNDLED_MODEL, Settings

_SAMPLE_BYTES = 1 << 16


@dataclass(frozen=True, slots=True)
class ModelIdentity:
    """The model that settings name. `revision` is empty for a hub id, whose files only loading would tell."""

    model: str
    revision: str

    def made(self, fingerprint: EmbedderFingerprint) -> bool:
        """Whether vectors with this fingerprint may be compared with this model's. (Their dtype may differ: float32
        and bfloat16 vectors of one model agree at cosine 0.9999, those in 8 bits with them at 0.9997 on average.)"""
        return self.model == fingerprint.model and self.revision in ("", fingerprint.revision)


@dataclass(frozen=True, slots=True)
class EmbedderFingerprint:
    """What a generation's manifest carries of the embedder. `dtype` is what the passages were computed in."""

    model: str
    revision: str
    dimension: int
    query_prompt: str
    document_prompt: str
    dtype: str

    def as_dict(self) -> dict[str, str | int]:
        return asdict(self)


def configured_model(settings: Settings) -> ModelIdentity:
    """The identity of `settings.model`, cheaply. Raises ModelUnavailable when it is a folder that is not there."""
    if settings.model == BUNDLED_MODEL:
        return ModelIdentity(MODEL_NAME, f"{WEIGHTS_SHA256[:16]}-c{VECTORS}")
    folder = model_folder(settings.model)
    return ModelIdentity(folder.name, _folder_revision(folder)) if folder else ModelIdentity(settings.model, "")


def model_folder(model: str) -> Path | None:
    """The folder that the setting names, or None for a hub id (NAME or OWNER/NAME, with nothing there on disk)."""
    folder = Path(model).expanduser()
    if folder.is_dir():
        return folder.resolve()
    if model.startswith((".", "/", "~")) or "\\" in model or model.count("/") > 1 or not model.strip():
        raise ModelUnavailable(model=model, reason="no such folder")
    return None


def _folder_revision(folder: Path) -> str:
    """A hash of every file's name, size, beginning and end: enough to tell models apart, and quick for large ones."""
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        size = path.stat().st_size
        digest.update(f"{path.relative_to(folder).as_posix()}\0{size}\0".encode())
        with path.open("rb") as file:
            digest.update(file.read(_SAMPLE_BYTES))
            file.seek(max(0, size - _SAMPLE_BYTES))
            digest.update(file.read(_SAMPLE_BYTES))
    return digest.hexdigest()[:16]
