"""Is the index what it should be, and can this machine search it? `examine` looks, and changes nothing."""

from search.doctor.examination import examine
from search.doctor.findings import Diagnosis, Finding, Severity

__all__ = ["Diagnosis", "Finding", "Severity", "examine"]
