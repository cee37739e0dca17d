"""The settings, from `tiaokuan.toml` in the working folder and from the environment (`TIAOKUAN_…`, which wins)."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal

from platformdirs import user_cache_path
from pydantic import Field, SecretStr, field_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

BUNDLED_MODEL = "bundled"
_RATES = re.compile(r"[1-9]\d{0,6}/(second|minute|hour|day)(;[1-9]\d{0,6}/(second|minute|hour|day))*")
_ORIGIN = re.compile(r"\*|https?://(\*\.)?[a-z0-9.-]+(:\d{1,5})?|https?://\[[0-9a-f:]+\](:\d{1,5})?")


class Settings(BaseSettings):
    """All that a user may set. Paths are relative to the working folder."""

    model_config = SettingsConfigDict(env_prefix="TIAOKUAN_", toml_file="tiaokuan.toml", frozen=True, extra="forbid")

    home: Path = Field(Path("data"), description="where the index lives")
    corpus: Path = Field(Path("corpus"), description="what `tiaokuan index` reads when it is given no path")
    cache: Path = Field(
        default_factory=lambda: user_cache_path("tiaokuan"),
        description="converted models and the segmenter's dictionary",
    )
    model: str = Field(BUNDLED_MODEL, description="`bundled`, a hub id, or the folder of a Sentence Transformers model")
    model_dtype: Literal["auto", "float32", "bfloat16", "int8"] = Field(
        "auto",
        description="what passages are embedded in; `auto`: that of the live index, at first what this processor is fastest in",
    )
    query_runtime: Literal["auto", "onnx", "torch"] = Field(
        "auto", description="what embeds queries; `auto`: ONNX Runtime where it runs the model, else torch"
    )
    engine: Literal["embedded", "tantivy", "milvus"] | None = Field(
        None, description="what the next index is kept by; if unset, what the live one is kept by, at first embedded"
    )
    milvus_uri: str | None = Field(
        None,
        description="where the engine milvus keeps its index, such as http://milvus:19530; milvus-lite in `home` if unset",
    )
    milvus_token: SecretStr | None = Field(None, description="what Milvus asks for: USER:PASSWORD, or an API key")
    wait: float = Field(0, ge=0, le=86400, description="seconds that a writer waits for another one that is writing")
    language: Literal["zh", "en"] = Field(
        "zh", description="language of the command line and of the page's first visit"
    )
    max_query_characters: int = Field(1000, ge=1, description="longer queries are refused")
    workers: int | None = Field(
        None,
        ge=0,
        le=64,
        description="processes that search for `tiaokuan serve`, each with the index open; 0: the server's own threads; "
        "if unset, one for each core, at most 4",
    )
    search_seconds: float = Field(
        10.0, gt=0, description="a search that takes longer is given up, where `workers` search"
    )
    keep_generations: int = Field(3, ge=1, description="index generations kept on disk, the live one included")
    semantic_floor: float | None = Field(
        None,
        ge=-1,
        le=1,
        description="cosine below which a clause found by meaning alone is no hit; the model's own if unset",
    )
    reranker: str | None = Field(
        None,
        description="hub id or folder of a cross-encoder that puts the first hits in its own order; none is shipped",
    )
    rerank_depth: int = Field(30, ge=2, le=200, description="hits that the cross-encoder reads for a query")
    keyword_weight: float = Field(0.5, ge=0, le=1, description="share of the keyword channel in a hybrid score")
    judging: bool = Field(False, description="the page /judge, where whoever reaches it judges results for `evaluate`")
    embed_origins: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description="other sites whose pages may ask the API and frame /embed, parted by commas: https://www.example.gov.cn, "
        "https://*.example.gov.cn, or * for every site; none unless named, so that a page elsewhere cannot read an intranet",
    )
    require_key: bool = Field(False, description="every search over HTTP takes a key (`tiaokuan keys add`)")
    rate_limit: str = Field(
        "600/minute",
        description="how often one key, or one address without a key, may ask, such as 20/second;600/minute; empty for no "
        "limit. This machine itself is not limited",
    )
    trusted_proxies: int = Field(
        0, ge=0, le=10, description="reverse proxies in front, whose X-Forwarded-For and X-Forwarded-Proto are believed"
    )
    trusted_hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="names under which the service may be asked, parted by commas; .example.gov.cn allows all below"
    )
    hsts_seconds: int = Field(
        0, ge=0, description="how long browsers shall use HTTPS only (Strict-Transport-Security); 0: not said"
    )
    public_metrics: bool = Field(False, description="/metrics for everybody; else for this machine and for keys")
    log_format: Literal["text", "json"] = Field("text", description="how the server writes its log, to stderr")
    log_queries: bool = Field(
        False, description="the log of requests names the queries, and the record of queries is kept on the disk"
    )
    query_record: int = Field(
        1000, ge=0, le=100_000, description="different queries remembered, in memory, for editors' dashboard; 0: none"
    )
    uploads: Path | None = Field(None, description="where uploaded documents are kept; `uploads` in `home` if unset")
    max_upload_bytes: int = Field(20_000_000, ge=1, description="larger documents are not accepted over HTTP")

    @property
    def uploads_folder(self) -> Path:
        """Where uploaded documents are kept; the folder need not exist."""
        return self.uploads or self.home / "uploads"

    @property
    def default_sources(self) -> tuple[Path, ...]:
        """What `tiaokuan index` reads when it is given no path: the corpus, and what was uploaded."""
        return (self.corpus, self.uploads_folder) if self.uploads_folder.is_dir() else (self.corpus,)

    @field_validator("trusted_hosts", mode="before")
    @classmethod
    def _hosts(cls, value: object) -> object:
        return tuple(value.replace(",", " ").split()) if isinstance(value, str) else value

    @field_validator("rate_limit")
    @classmethod
    def _rates(cls, value: str) -> str:
        rates = value.replace(" ", "").replace(",", ";")
        if rates and not _RATES.fullmatch(rates):
            raise ValueError(f"{value!r} is no rate such as 600/minute")
        return rates

    @field_validator("embed_origins", mode="before")
    @classmethod
    def _origins(cls, value: object) -> object:
        """Origins as browsers send them: no path, small letters."""
        given = value.replace(",", " ").split() if isinstance(value, str) else value
        if not isinstance(given, (list, tuple)):
            return given
        origins = tuple(str(each).strip().rstrip("/").lower() for each in given)
        wrong = [origin for origin in origins if not _ORIGIN.fullmatch(origin)]
        if wrong:
            raise ValueError(f"{wrong[0]!r} is no origin such as https://www.example.gov.cn")
        return origins

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)
