"""The settings, from `tiaokuan.toml` in the working folder and from the environment (`TIAOKUAN_…`, which wins)."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal

from platformdirs import user_cache_path
from pydantic import Field, field_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

BUNDLED_MODEL = "bundled"
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
    model_dtype: Literal["auto", "float32", "bfloat16"] = Field("auto", description="what the model computes in")
    language: Literal["zh", "en"] = Field(
        "zh", description="language of the command line and of the page's first visit"
    )
    max_query_characters: int = Field(1000, ge=1, description="longer queries are refused")
    keep_generations: int = Field(3, ge=1, description="index generations kept on disk, the live one included")
    semantic_floor: float | None = Field(
        None,
        ge=-1,
        le=1,
        description="cosine below which a clause found by meaning alone is no hit; the model's own if unset",
    )
    keyword_weight: float = Field(0.5, ge=0, le=1, description="share of the keyword channel in a hybrid score")
    embed_origins: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description="other sites whose pages may ask the API and frame /embed, parted by commas: https://www.example.gov.cn, "
        "https://*.example.gov.cn, or * for every site; none unless named, so that a page elsewhere cannot read an intranet",
    )

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
