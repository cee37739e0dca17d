"""Writes an E5File as a standard Sentence Transformers folder, which that library then loads with no network."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file
from tokenizers import AddedToken, Regex, Tokenizer, decoders, normalizers, pre_tokenizers, processors
from tokenizers.models import Unigram

from search.embedding.e5_file import E5File, Floats, Pieces, Shape
from search.embedding.vocabulary import kept_pieces

QUERY_PROMPT = "query: "
DOCUMENT_PROMPT = "passage: "

PARTS = 3
"""How often `convert` calls `advance`."""

LAYER_PARTS = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
# SentencePiece's nmt_nfkc, which the model was trained with, is NFKC but for these: control characters go, other
# white space and invisible marks become a space, and the full-width tilde of 3～5年 stays as it is.
_DROPPED = r"[\x{01}-\x{08}\x{0B}\x{0E}-\x{1F}\x{7F}\x{8F}\x{9F}]"
_SPACES = r"[\t\n\x{0C}\r\x{1680}\x{200B}-\x{200F}\x{2028}\x{2029}\x{2581}\x{FEFF}\x{FFFD}]"
_TILDE = "\uff5e"
_TILDE_IN_SAFETY = "\ue000"


def convert(source: E5File, folder: Path, advance: Callable[[], object]) -> None:
    """Write the model into an empty folder; `advance` is called after each of PARTS."""
    kept = kept_pieces(source.pieces)
    pieces = source.pieces.only(kept)
    _write_configuration(source.shape, pieces, folder)
    advance()
    tokenizer(pieces).save(str(folder / "tokenizer.json"), pretty=False)
    advance()
    save_file(dict(_weights(source, kept)), folder / "model.safetensors", metadata={"format": "pt"})
    advance()


def _weights(source: E5File, kept: Sequence[int]) -> Iterator[tuple[str, Floats]]:
    shape = source.shape
    yield "embeddings.word_embeddings.weight", source.tensor("emb.word", shape.vocabulary, shape.hidden)[kept]
    yield "embeddings.position_embeddings.weight", source.tensor("emb.pos", shape.positions, shape.hidden)
    yield "embeddings.token_type_embeddings.weight", source.tensor("emb.type", shape.token_types, shape.hidden)
    for letter, kind in (("w", "weight"), ("b", "bias")):
        yield f"embeddings.LayerNorm.{kind}", source.tensor(f"emb.ln.{letter}", -1)
    for layer in range(shape.layers):
        yield from _layer_weights(source, layer)
    # Mean pooling never reads BertModel's own pooler; zeros spare users the library's warning that it is missing.
    yield "pooler.dense.weight", np.zeros((shape.hidden, shape.hidden), dtype=np.float32)
    yield "pooler.dense.bias", np.zeros(shape.hidden, dtype=np.float32)


def _layer_weights(source: E5File, layer: int) -> Iterator[tuple[str, Floats]]:
    for short, long in LAYER_PARTS.items():
        bias = source.tensor(f"l{layer}.{short}.b", -1)
        rows = () if short.endswith("ln") else (len(bias),)
        yield f"encoder.layer.{layer}.{long}.weight", source.tensor(f"l{layer}.{short}.w", *rows, -1)
        yield f"encoder.layer.{layer}.{long}.bias", bias


def tokenizer(pieces: Pieces) -> Tokenizer:
    """Cuts as SentencePiece does with these pieces, `<s>` and `</s>` put around."""
    made = Tokenizer(Unigram(list(pieces.scored), unk_id=pieces.unknown, byte_fallback=False))
    made.normalizer = _normalizer()
    made.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    made.decoder = decoders.Metaspace(replacement="▁", prepend_scheme="always")
    begin, end = pieces.scored[pieces.begin][0], pieces.scored[pieces.end][0]
    made.post_processor = processors.TemplateProcessing(
        single=f"{begin} $A {end}",
        pair=f"{begin} $A {end} {end} $B {end}",
        special_tokens=[(begin, pieces.begin), (end, pieces.end)],
    )
    made.add_special_tokens([AddedToken(text, normalized=False) for text in _special_tokens(pieces).values()])
    return made


def _normalizer() -> normalizers.Normalizer:
    return normalizers.Sequence(
        [
            normalizers.Replace(Regex(_DROPPED), ""),
            normalizers.Replace(Regex(_SPACES), " "),
            normalizers.Replace(_TILDE, _TILDE_IN_SAFETY),
            normalizers.NFKC(),
            normalizers.Replace(_TILDE_IN_SAFETY, _TILDE),
            normalizers.Replace(Regex(" {2,}"), " "),
            normalizers.Strip(),
        ]
    )


def _special_tokens(pieces: Pieces) -> dict[str, str]:
    texts = {
        name: pieces.scored[number][0]
        for name, number in (
            ("bos_token", pieces.begin),
            ("eos_token", pieces.end),
            ("cls_token", pieces.begin),
            ("sep_token", pieces.end),
            ("pad_token", pieces.padding),
            ("unk_token", pieces.unknown),
        )
    }
    return texts | {"mask_token": "<mask>"}


def _write_configuration(shape: Shape, pieces: Pieces, folder: Path) -> None:
    modules = {"": "Transformer", "1_Pooling": "Pooling", "2_Normalize": "Normalize"}
    files: dict[str, object] = {
        "config.json": _bert_configuration(shape, pieces),
        "tokenizer_config.json": {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_max_length": shape.positions,
            **_special_tokens(pieces),
        },
        "sentence_bert_config.json": {"max_seq_length": shape.positions, "do_lower_case": False},
        "modules.json": [
            {"idx": number, "name": str(number), "path": path, "type": f"sentence_transformers.models.{kind}"}
            for number, (path, kind) in enumerate(modules.items())
        ],
        "1_Pooling/config.json": {"word_embedding_dimension": shape.hidden, "pooling_mode_mean_tokens": True},
        "2_Normalize/config.json": {},
        "config_sentence_transformers.json": {
            "prompts": {"query": QUERY_PROMPT, "document": DOCUMENT_PROMPT},
            "default_prompt_name": None,
            "similarity_fn_name": "cosine",
        },
    }
    for name, content in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")


def _bert_configuration(shape: Shape, pieces: Pieces) -> dict[str, object]:
    return {
        "architectures": ["BertModel"],
        "model_type": "bert",
        "hidden_size": shape.hidden,
        "num_hidden_layers": shape.layers,
        "num_attention_heads": shape.heads,
        "intermediate_size": shape.intermediate,
        "vocab_size": len(pieces.scored),
        "max_position_embeddings": shape.positions,
        "type_vocab_size": shape.token_types,
        "layer_norm_eps": shape.layer_norm_epsilon,
        "hidden_act": "gelu",
        "pad_token_id": pieces.padding,
        "torch_dtype": "float32",
    }
