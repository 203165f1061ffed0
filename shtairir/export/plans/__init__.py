"""A plan as a document: its picture."""

from shtairir.export.plans.picture import plan_picture
from shtairir.export.plans.sheet import LevelFacts, PlanSheet, level_facts, sheet_dict, sheet_of

__all__ = ["LevelFacts", "PlanSheet", "level_facts", "plan_picture", "sheet_dict", "sheet_of"]
