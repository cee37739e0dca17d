"""What a self-check found, each finding with its remedy, in both languages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from search.errors import TiaokuanError
from search.i18n import load_catalogue


class Severity(StrEnum):
    """Only a problem makes an index unhealthy."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. The texts are `doctor.CODE.message` and `.remedy`, or those of an error."""

    code: str
    severity: Severity
    parameters: Mapping[str, object] = field(default_factory=dict)
    error: TiaokuanError | None = None

    @classmethod
    def ok(cls, code: str, **parameters: object) -> Finding:
        return cls(code, Severity.OK, parameters)

    @classmethod
    def warning(cls, code: str, **parameters: object) -> Finding:
        return cls(code, Severity.WARNING, parameters)

    @classmethod
    def problem(cls, code: str, **parameters: object) -> Finding:
        return cls(code, Severity.PROBLEM, parameters)

    @classmethod
    def of(cls, error: TiaokuanError) -> Finding:
        """A problem that an error tells."""
        return cls(error.code, Severity.PROBLEM, error.parameters, error)

    def message(self, language: str = "zh") -> str:
        """What was found, in one line."""
        if self.error is not None:
            return self.error.message(language)
        return load_catalogue("search").text(f"doctor.{self.code}.message", language, **self.parameters)

    def remedy(self, language: str = "zh") -> str:
        """What to do about it; empty where all is well."""
        if self.error is not None:
            return self.error.remedy(language)
        if self.severity is Severity.OK:
            return ""
        return load_catalogue("search").text(f"doctor.{self.code}.remedy", language, **self.parameters)

    def as_dict(self, language: str = "zh") -> dict[str, object]:
        """The finding as JSON-ready values."""
        texts = {"message": self.message(language), "remedy": self.remedy(language)}
        return {"code": self.code, "severity": self.severity.value, **texts}


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """All findings."""

    findings: Sequence[Finding]

    @property
    def problems(self) -> int:
        """How many findings are problems."""
        return sum(finding.severity is Severity.PROBLEM for finding in self.findings)

    @property
    def healthy(self) -> bool:
        """Whether none is."""
        return not self.problems

    def as_dict(self, language: str = "zh") -> dict[str, object]:
        """The diagnosis as JSON-ready values."""
        return {"healthy": self.healthy, "findings": [finding.as_dict(language) for finding in self.findings]}
