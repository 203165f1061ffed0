"""What is wrong with a graph: all problems at once, each with its place and how to mend it."""

from shtairir.validation.checks import validate, validate_file
from shtairir.validation.flow import blocked_nodes
from shtairir.validation.problem import Problem

__all__ = ["Problem", "blocked_nodes", "validate", "validate_file"]
