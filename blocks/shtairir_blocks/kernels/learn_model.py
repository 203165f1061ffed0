"""The value that learning makes. It is never read from a file: only learning makes one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from .learn_columns import Columns

Kind = Literal["classifier", "regressor", "preparation"]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Model:
    """What was learnt from a table.

    Attributes
    ----------
    kind
        Whether it tells classes or numbers, or prepares columns.
    method
        How it learnt, for people: ``random forest``.
    target
        The column that it predicts; empty for a preparation.
    columns
        How the columns of a table become numbers.
    estimator
        scikit-learn's part of it.
    classes
        What a classifier chooses from, in the order of its probabilities.
    answer
        The type of the column that it predicts.
    recipe
        What it takes to learn the same way from other rows.
    rows
        From how many rows it learnt.
    """

    kind: Kind
    method: str
    target: str
    columns: Columns
    estimator: Any
    classes: tuple[Any, ...] = ()
    answer: Any = None
    recipe: Mapping[str, Any] = field(default_factory=dict)
    rows: int = 0

    def __repr__(self) -> str:
        goal = f" for {self.target!r}" if self.target else ""
        return f"<{self.method}{goal} from {len(self.columns.names)} columns and {self.rows:,} rows>"
