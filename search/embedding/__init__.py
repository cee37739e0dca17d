"""Texts to vectors. Importing this package loads neither torch nor sentence-transformers; `Embedder.open` does."""

from search.embedding.embedder import Embedder
from search.embedding.identity import EmbedderFingerprint, ModelIdentity, configured_model, model_folder

__all__ = ["Embedder", "EmbedderFingerprint", "ModelIdentity", "configured_model", "model_folder"]
