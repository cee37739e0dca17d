"""Measures how large the numbers get that the bundled model multiplies with its matrices: what smoothing.py needs to know.

    python benchmarks/activations.py [FILE…]

Every line of the files, by default of the texts in corpus/, goes through the model in float32, as a query and as a passage;
the largest absolute values, the means, and what rounding takes from these are written to search/embedding/activations.npz.
Needed again only for other weights or other matrices; then raise GRAPH in light.py.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sentence_transformers import SentenceTransformer
from torch import Tensor

from search.embedding.bundled import bundled_model_folder, read_source
from search.embedding.convert import DOCUMENT_PROMPT, LAYER_PARTS, QUERY_PROMPT
from search.embedding.e5_file import Floats
from search.embedding.smoothing import FILE, LOST, MATRICES, MEAN, rounded, smoothed
from search.settings import BUNDLED_MODEL, Settings

CORPUS = Path(__file__).resolve().parent.parent / "corpus"


def lines(files: Iterable[Path]) -> list[str]:
    """All that are not empty, each once."""
    found = (line.strip() for file in files for line in file.read_text("utf-8").splitlines())
    return list(dict.fromkeys(filter(None, found)))


def sizes_of(texts: list[str]) -> dict[str, Floats]:
    """Of each input of each matrix the largest absolute value, by the matrix's name in the weights file; by that name with MEAN
    behind its mean, and with LOST behind what rounding takes from that."""
    settings = Settings(model=BUNDLED_MODEL)
    model = SentenceTransformer(str(bundled_model_folder(settings.cache)), local_files_only=True, device="cpu")
    peaks: dict[str, Floats] = {}
    means, lost = defaultdict[str, _Mean](_Mean), defaultdict[str, _Mean](_Mean)

    def look(name: str, inputs: Floats) -> None:
        largest = np.abs(inputs).max(axis=0)
        peaks[name] = np.maximum(peaks.get(name, largest), largest)
        means[name].add(inputs)

    def look_again(name: str, inputs: Floats) -> None:
        lost[name].add(inputs - rounded(inputs, scales[name], peaks[name], name))

    _walk(model, texts, look)
    source = read_source()
    scales = {name: smoothed(source, name).smoothing(found) for name, found in peaks.items()}
    _walk(model, texts, look_again)
    behind = {MEAN: means, LOST: lost}
    return peaks | {name + kind: mean.value for kind, found in behind.items() for name, mean in found.items()}


class _Mean:
    """Of rows."""

    def __init__(self) -> None:
        self._sum: NDArray[np.float64] | float = 0.0
        self._count = 0

    def add(self, rows: Floats) -> None:
        self._sum = self._sum + rows.sum(axis=0, dtype=np.float64)
        self._count += len(rows)

    @property
    def value(self) -> Floats:
        return np.asarray(self._sum / self._count, np.float32)


def _walk(model: SentenceTransformer, texts: list[str], look: Callable[[str, Floats], None]) -> None:
    """Show what each matrix is given (tokens, inputs), by its name."""
    hooks = []
    for number, layer in enumerate(model[0].auto_model.encoder.layer):
        for part in MATRICES:
            name = f"l{number}.{part}"

            def shown(_: object, given: tuple[Tensor], name: str = name) -> None:
                look(name, given[0].flatten(0, -2).numpy())

            hooks.append(layer.get_submodule(LAYER_PARTS[part]).register_forward_pre_hook(shown))
    for prompt in (QUERY_PROMPT, DOCUMENT_PROMPT):
        model.encode(texts, prompt=prompt, batch_size=1, show_progress_bar=False)  # alone: padding is no text
    for hook in hooks:
        hook.remove()


def main() -> None:
    files = [Path(name) for name in sys.argv[1:]] or sorted(CORPUS.glob("*.txt"))
    texts = lines(files)
    found = sizes_of(texts)
    np.savez_compressed(FILE, **{name: sizes.astype(np.float16) for name, sizes in found.items()})
    print(f"{len(texts)} lines, {len(found) // 3} matrices: {FILE}, {FILE.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
