"""Is the index what it should be, and can this machine search it? `examine` looks, `glance` takes a short look; neither
changes anything."""

from search.doctor.examination import examine, glance
from search.doctor.findings import Diagnosis, Finding, Severity

__all__ = ["Diagnosis", "Finding", "Severity", "examine", "glance"]
