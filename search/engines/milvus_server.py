"""Where Milvus is. Nothing of Milvus is imported here."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from search.settings import Settings

LITE_FILE = "milvus.db"


@dataclass(frozen=True, slots=True)
class MilvusServer:
    """A cluster by its URI, or the folder of milvus-lite, which runs in this process, for trial and tests."""

    uri: str
    token: str = ""

    @classmethod
    def of(cls, settings: Settings) -> MilvusServer | None:
        """What the settings name; None: milvus-lite beside the generations."""
        if not settings.milvus_uri:
            return None
        token = settings.milvus_token.get_secret_value() if settings.milvus_token else ""
        return cls(settings.milvus_uri, token)

    @classmethod
    def beside(cls, folder: Path) -> MilvusServer:
        """milvus-lite, in the folder that an engine's own folder is in."""
        return cls(str(folder.parent.resolve() / LITE_FILE))

    @property
    def is_lite(self) -> bool:
        return self.uri.endswith(".db")

    @property
    def address(self) -> str:
        """What may be shown: without user and password."""
        if self.is_lite:
            return self.uri
        parts = urlsplit(self.uri)
        return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
