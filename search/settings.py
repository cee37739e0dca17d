"""The settings, from `tiaokuan.toml` in the working folder and from the environment (`TIAOKUAN_…`, which wins)."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from platformdirs import user_cache_path
from pydantic import Field
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

BUNDLED_MODEL = "bundled"


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
    keyword_weight: float = Field(0.5, ge=0, le=1, description="share of the keyword channel in a hybrid score")

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
