"""How good a model is, on rows that it has not seen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from .learn_columns import Matrix
from .learn_library import library
from .learn_model import Model
from .learn_models import predicted, probabilities, refit, require, with_target
from .random_draws import generator

Numbers = NDArray[np.float64]
Report = Callable[[float], None]


def truth(model: Model, table: pl.DataFrame) -> tuple[pl.DataFrame, NDArray[Any]]:
    """The rows of which the truth is known, and that truth."""
    require(model, "classifier", "regressor")
    known = with_target(model.kind, table, model.target)
    dtype = pl.String() if model.kind == "classifier" else pl.Float64()
    return known, known[model.target].cast(dtype).to_numpy()


def classes(model: Model, table: pl.DataFrame) -> tuple[float, float, float, pl.DataFrame, pl.DataFrame]:
    """Accuracy, F1 averaged over the classes, ROC AUC (NaN if not all classes are there), report, confusion."""
    metrics = library().metrics
    require(model, "classifier")
    known, true = truth(model, table)
    said = predicted(model, known)
    names = sorted({*model.classes, *true.tolist()})
    precision, recall, f1, support = metrics.precision_recall_fscore_support(
        true, said, labels=names, zero_division=0.0
    )
    report = pl.DataFrame(
        {"class": names, "precision": precision, "recall": recall, "f1": f1, "rows": np.asarray(support, np.int64)}
    )
    counts = metrics.confusion_matrix(true, said, labels=names)
    confusion = pl.DataFrame({"truth": names, **{f"said {name}": counts[:, i] for i, name in enumerate(names)}})
    present = np.asarray(support) > 0
    average = float(np.mean(f1[present]))
    accuracy = float(np.mean(true == said))
    return accuracy, average, _roc_auc(model, true, probabilities(model, known)), report, confusion


def _roc_auc(model: Model, true: NDArray[Any], shares: Matrix) -> float:
    metrics = library().metrics
    if set(true.tolist()) != set(model.classes):
        return float("nan")
    if len(model.classes) == 2:
        return float(metrics.roc_auc_score(true == model.classes[1], shares[:, 1]))
    return float(metrics.roc_auc_score(true, shares, multi_class="ovr", labels=list(model.classes)))


def numbers(model: Model, table: pl.DataFrame) -> tuple[float, float, float, Numbers]:
    """R², mean absolute error, root mean square error, and the residuals: truth less prediction."""
    require(model, "regressor")
    known, true = truth(model, table)
    rest = true - predicted(model, known)
    total = float(((true - true.mean()) ** 2).sum())
    explained = 1 - float(rest @ rest) / total if total else float("nan")
    return explained, float(np.abs(rest).mean()), float(np.sqrt((rest**2).mean())), rest


def score(model: Model, table: pl.DataFrame, metric: str) -> float:
    """One figure, more is better: accuracy, f1 or roc_auc of classes; r2, or mae and rmse with a minus, of numbers."""
    judges = _JUDGES[model.kind]
    if metric not in judges:
        raise ValueError(f"A {model.kind} has no '{metric}'. Choose one of {', '.join(judges)}.")
    return judges[metric](model, table)


def _accuracy(model: Model, table: pl.DataFrame) -> float:
    known, true = truth(model, table)
    return float(np.mean(true == predicted(model, known)))


def _area(model: Model, table: pl.DataFrame) -> float:
    known, true = truth(model, table)
    return _roc_auc(model, true, probabilities(model, known))


_JUDGES: dict[str, dict[str, Callable[[Model, pl.DataFrame], float]]] = {
    "classifier": {"accuracy": _accuracy, "f1": lambda model, table: classes(model, table)[1], "roc_auc": _area},
    "regressor": {
        "r2": lambda model, table: numbers(model, table)[0],
        "mae": lambda model, table: -numbers(model, table)[1],
        "rmse": lambda model, table: -numbers(model, table)[2],
    },
}


def usual(model: Model, metric: str | None) -> str:
    """The metric asked for, or the usual one."""
    return metric or ("accuracy" if model.kind == "classifier" else "r2")


def cross_validate(
    model: Model, table: pl.DataFrame, folds: int, metric: str | None, seed: int, report: Report
) -> Numbers:
    """The score of each fold: learnt anew from all other rows, judged on its own (Stone 1974).

    Classes are dealt out evenly among the folds. `report` is called with the fraction that is done after each, and may
    raise to stop.
    """
    known, true = truth(model, table)
    if not 2 <= folds <= known.height:
        raise ValueError(f"{known.height} rows cannot be dealt into {folds} folds.")
    parts = deal(true if model.kind == "classifier" else np.zeros(known.height), folds, seed)
    figures = []
    for fold in range(folds):
        learnt = refit(model, known.filter(pl.Series(parts != fold)))
        figures.append(score(learnt, known.filter(pl.Series(parts == fold)), usual(model, metric)))
        report((fold + 1) / folds)
    return np.asarray(figures)


def deal(strata: NDArray[Any], folds: int, seed: int) -> NDArray[np.int64]:
    """The fold of each row: every stratum is shuffled and dealt out like cards, one after the other."""
    random = generator(seed)
    order = np.concatenate([random.permutation(np.flatnonzero(strata == one)) for one in np.unique(strata)])
    result = np.empty(len(strata), np.int64)
    result[order] = np.arange(len(strata)) % folds
    return result


def split(table: pl.DataFrame, share: float, stratify: str | None, seed: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Rows to learn from and rows to judge by, each in the order of the table.

    With a column to stratify by, each of its values has its share in both.
    """
    from .table_columns import column_named

    strata = np.zeros(table.height, np.int64)
    if stratify:
        column = table[column_named(table.columns, stratify, "column to stratify by")]
        strata = column.cast(pl.String).fill_null("").rank("dense").to_numpy().astype(np.int64)
    random = generator(seed)
    chosen = np.zeros(table.height, bool)
    owed = 0.0
    for one in np.unique(strata):
        places = random.permutation(np.flatnonzero(strata == one))
        # What rounding took from one stratum is made up for in the next.
        owed += share * len(places)
        count = min(len(places), max(0, round(owed)))
        owed -= count
        chosen[places[:count]] = True
    return table.filter(pl.Series(~chosen)), table.filter(pl.Series(chosen))


def importance(
    model: Model, table: pl.DataFrame, repeats: int, metric: str | None, seed: int, report: Report
) -> pl.DataFrame:
    """How much worse the score becomes when a column is mixed among the rows (Breiman 2001), the most first.

    `report` is called with the fraction that is done after each column, and may raise to stop.
    """
    known, _ = truth(model, table)
    chosen = usual(model, metric)
    base = score(model, known, chosen)
    random = generator(seed)
    rows: list[dict[str, Any]] = []
    for place, name in enumerate(model.columns.names, 1):
        losses = [base - _score_mixed(model, known, name, chosen, random) for _ in range(repeats)]
        rows.append({"feature": name, "importance": float(np.mean(losses)), "std": float(np.std(losses))})
        report(place / len(model.columns.names))
    return pl.DataFrame(rows).sort("importance", descending=True, maintain_order=True)


def _score_mixed(model: Model, known: pl.DataFrame, name: str, metric: str, random: np.random.Generator) -> float:
    order = random.permutation(known.height)
    return score(model, known.with_columns(known[name][order]), metric)
