"""Texts for people, in Chinese and English: one JSON catalogue per package and language, `PACKAGE/locale/LANG.json`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

LANGUAGES = ("zh", "en")
DEFAULT_LANGUAGE = "zh"


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The texts of one package: language → key → template with `{name}` places."""

    texts: Mapping[str, Mapping[str, str]]

    def text(self, key: str, language: str = DEFAULT_LANGUAGE, **parameters: object) -> str:
        """The text for `key`, filled in. A language that is not there falls back to Chinese; an unknown key is a bug."""
        template = self.texts.get(language, self.texts[DEFAULT_LANGUAGE])[key]
        return template.format(**parameters) if parameters else template


@cache
def load_catalogue(package: str) -> Catalogue:
    """Read `PACKAGE/locale/*.json`, once per process (the files are part of the installation and do not change)."""
    folder = files(package) / "locale"
    return Catalogue({lang: json.loads((folder / f"{lang}.json").read_text("utf-8")) for lang in LANGUAGES})
