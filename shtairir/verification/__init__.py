"""Whether a pack keeps to what it declares: ``shtairir blocks --check PACK``."""

from shtairir.verification.finding import CHECKS, Finding, Report
from shtairir.verification.pack import verify

__all__ = ["CHECKS", "Finding", "Report", "verify"]
