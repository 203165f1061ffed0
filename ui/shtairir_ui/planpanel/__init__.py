"""The plan: what a run would do, beside what the last one did."""

from shtairir_ui.planpanel.panel import PlanPanel

__all__ = ["PlanPanel"]
