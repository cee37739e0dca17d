"""All that is fuzzed, by name."""

from __future__ import annotations

from tests.fuzz import documents, questions, services

TARGETS = {target.name: target for target in (*documents.TARGETS, *questions.TARGETS, *services.TARGETS)}
