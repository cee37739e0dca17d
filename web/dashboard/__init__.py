"""The pages for editors, below /dashboard: who enters, and what is there to see and to do."""

from web.dashboard.installing import install

__all__ = ["install"]
