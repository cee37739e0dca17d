"""Measures how large the numbers get that the bundled model multiplies with its matrices: what smoothing.py needs to know.

    python benchmarks/activations.py [FILE…]

Every line of the files, by default of the texts in corpus/, goes through the model in float32, as a query and as a passage;
the largest absolute values are written to search/embedding/activations.npz. Needed again only for other weights or other
matrices; then raise GRAPH in light.py.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from sentence_transformers import SentenceTransformer
from torch import Tensor

from search.embedding.bundled import bundled_model_folder
from search.embedding.convert import DOCUMENT_PROMPT, LAYER_PARTS, QUERY_PROMPT
from search.embedding.e5_file import Floats
from search.embedding.smoothing import FILE, MATRICES
from search.settings import BUNDLED_MODEL, Settings

CORPUS = Path(__file__).resolve().parent.parent / "corpus"


def lines(files: Iterable[Path]) -> list[str]:
    """All that are not empty, each once."""
    found = (line.strip() for file in files for line in file.read_text("utf-8").splitlines())
    return list(dict.fromkeys(filter(None, found)))


def peaks_of(texts: list[str]) -> dict[str, Floats]:
    """The largest absolute value of each input of each matrix, by the matrix's name in the weights file."""
    settings = Settings(model=BUNDLED_MODEL)
    model = SentenceTransformer(str(bundled_model_folder(settings.cache)), local_files_only=True, device="cpu")
    found: dict[str, Floats] = {}

    def look(name: str, inputs: Tensor) -> None:
        peaks = inputs.abs().flatten(0, -2).max(dim=0).values.numpy()
        found[name] = np.maximum(found.get(name, peaks), peaks)

    for number, layer in enumerate(model[0].auto_model.encoder.layer):
        for part in MATRICES:
            matrix = layer.get_submodule(LAYER_PARTS[part])
            matrix.register_forward_pre_hook(lambda _, given, name=f"l{number}.{part}": look(name, given[0]))
    for prompt in (QUERY_PROMPT, DOCUMENT_PROMPT):
        model.encode(texts, prompt=prompt, batch_size=1, show_progress_bar=False)  # alone: padding is no text
    return found


def main() -> None:
    files = [Path(name) for name in sys.argv[1:]] or sorted(CORPUS.glob("*.txt"))
    texts = lines(files)
    found = peaks_of(texts)
    np.savez_compressed(FILE, **{name: peaks.astype(np.float16) for name, peaks in found.items()})
    print(f"{len(texts)} lines, {len(found)} matrices: {FILE}, {FILE.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
