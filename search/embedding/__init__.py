"""Texts to vectors. Importing this package loads neither torch nor ONNX Runtime; opening an
`Embedder` loads one of them, or both."""

from search.embedding.embedder import Embedder
from search.embedding.identity import EmbedderFingerprint, ModelIdentity, configured_model, model_folder

__all__ = ["Embedder", "EmbedderFingerprint", "ModelIdentity", "configured_model", "model_folder"]
