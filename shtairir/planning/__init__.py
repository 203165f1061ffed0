"""From a graph to an `ExecutionPlan`: what will run, in which order, with what, and why so."""

from shtairir.planning.analyzer import DependencyAnalyzer
from shtairir.planning.config import Estimate, OptimizationLevel, PlanningConfig
from shtairir.planning.plan import ExecutionPlan, ExecutionStage, Task, TaskInput
from shtairir.planning.planner import ExecutionPlanner
from shtairir.planning.resources import ResourceLimits, ResourceRequirements
from shtairir.planning.working import Reason

__all__ = [
    "DependencyAnalyzer",
    "Estimate",
    "ExecutionPlan",
    "ExecutionPlanner",
    "ExecutionStage",
    "OptimizationLevel",
    "PlanningConfig",
    "Reason",
    "ResourceLimits",
    "ResourceRequirements",
    "Task",
    "TaskInput",
]
