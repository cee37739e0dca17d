"""The bundled model for ONNX Runtime: written once into the cache, next to the converted one, and only used where its
vectors agree with those of sentence-transformers."""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from shutil import copyfile

import numpy as np

from search.embedding.bundled import bundled_model_folder, folder_name, read_source
from search.embedding.checked_folder import make_once
from search.embedding.onnx_runtime import GRAPH_FILE, TOKENIZER_FILE, OnnxRuntime, write_facts
from search.embedding.runtime import Runtime
from search.errors import ModelUnavailable
from search.settings import BUNDLED_MODEL

GRAPH = 5
"""Raise it when onnx_graph.py writes another graph."""
LEAST_FOR_QUERIES = 0.98
"""The least cosine between a vector of this form and of the model in float32, over _SAMPLES; measured .9995."""
LEAST_FOR_PASSAGES = 0.997
"""With .995, as without smoothing.py, passages ranked .007 of nDCG@10 worse by meaning (msga_gov_qa)."""

_AGREEMENT_FILE = "agreement.json"
_SAMPLES = (
    "东北哪些政策允许民间资本办银行？",
    "民營銀行",
    "国发〔2016〕62号",
    "第十三条　行政机关应当自受理行政许可申请之日起二十日内作出行政许可决定。",
    "ＧＤＰ增长3～5％，“十三五”期间单位国内生产总值能耗降低15%。",
    "加强森林防火，严禁野外用火。" * 12,
    "Made in China 2025",
)


def light_runtime(cache: Path, reference: Callable[[], Runtime]) -> OnnxRuntime:
    """The runtime, its files made if need be: `reference` then gives the vectors to agree with.

    Safe when several processes ask at once. Raises ModelUnavailable: no ONNX Runtime here, or no such agreement."""
    if find_spec("onnxruntime") is None:
        raise _unavailable("the package onnxruntime is not installed")
    folder = light_folder(cache)
    try:
        make_once(folder, lambda temporary: _write(temporary, cache, reference()))
        if (cosine := agreement(cache)) < LEAST_FOR_QUERIES:
            raise _unavailable(f"in 8 bits its vectors agree at cosine {cosine:.4f} only")
        return OnnxRuntime(folder)
    except ModelUnavailable:
        raise
    except Exception as error:  # onnx and ONNX Runtime have no base class of their own for what they raise
        raise _unavailable(f"{type(error).__name__}: {error}".splitlines()[0][:300]) from error


def agreement(cache: Path) -> float:
    """The least cosine to sentence-transformers' vectors, as measured when the files were made. Raises OSError."""
    return float(json.loads((light_folder(cache) / _AGREEMENT_FILE).read_text("utf-8"))["cosine"])


def light_folder(cache: Path) -> Path:
    """Where the files are; another conversion or graph has another folder."""
    return cache / "models" / f"{folder_name()}-onnx-int8-g{GRAPH}"


def _write(folder: Path, cache: Path, reference: Runtime) -> None:
    from onnx import save_model  # only this needs it, and it happens once

    from search.embedding.onnx_graph import onnx_model
    from search.embedding.vocabulary import kept_pieces

    source = read_source()
    save_model(onnx_model(source, kept_pieces(source.pieces)), str(folder / GRAPH_FILE))
    copyfile(bundled_model_folder(cache, progress=False) / TOKENIZER_FILE, folder / TOKENIZER_FILE)
    write_facts(folder, reference.facts)
    # Kept also when it is poor, so that it is not made again at every start.
    measured = {"cosine": _least_cosine(OnnxRuntime(folder), reference)}
    (folder / _AGREEMENT_FILE).write_text(json.dumps(measured), encoding="utf-8")


def _least_cosine(runtime: Runtime, reference: Runtime) -> float:
    """Over the samples, each as query and as passage, alone and in one batch."""
    least = 1.0
    for prompt in (reference.facts.query_prompt, reference.facts.document_prompt):
        expected = reference.encode(_SAMPLES, prompt)
        alone = np.concatenate([runtime.encode([sample], prompt) for sample in _SAMPLES])
        for found in (alone, runtime.encode(_SAMPLES, prompt)):
            least = min(least, float((found * expected).sum(axis=1).min()))
    return least if np.isfinite(least) else -1.0


def _unavailable(reason: str) -> ModelUnavailable:
    return ModelUnavailable(model=BUNDLED_MODEL, reason=f"ONNX Runtime cannot run it: {reason}")
