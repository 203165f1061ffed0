"""Learning without a teacher: which rows belong together, and in which directions they differ most."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from .learn_columns import Columns, Matrix, learn_columns
from .learn_library import library, one_thread

# The silhouette compares each row with each: of more rows than this, as many are drawn.
_MOST_COMPARED = 5000


def _scaled(table: pl.DataFrame, features: Sequence[str], scale: bool) -> tuple[Columns, Matrix]:
    columns = learn_columns(table, features)
    matrix = columns.matrix(table)
    if not scale:
        return columns, matrix
    spread = matrix.std(axis=0)
    return columns, (matrix - matrix.mean(axis=0)) / np.where(spread > 0, spread, 1)


def cluster(
    table: pl.DataFrame, features: Sequence[str], method: str, options: dict[str, Any], scale: bool, seed: int
) -> tuple[pl.DataFrame, NDArray[np.int64], int, float]:
    """The table with a column ``cluster``, the same as numbers, how many there are, and the silhouette.

    Clusters are numbered from 0, the largest first; -1 is a row that belongs to none.
    """
    _, matrix = _scaled(table, features, scale)
    if table.height < 2:
        raise ValueError(f"There are {table.height} rows: too few to group.")
    if method != "dbscan" and options["clusters"] > table.height:
        raise ValueError(f"{table.height} rows cannot be divided into {options['clusters']} clusters.")
    with one_thread():
        found = _CLUSTERERS[method](options, seed).fit_predict(matrix)
    labels = _by_size(np.asarray(found, np.int64))
    count = int(labels.max(initial=-1)) + 1
    return table.with_columns(pl.Series("cluster", labels)), labels, count, _silhouette(matrix, labels, seed)


def _k_means(options: dict[str, Any], seed: int) -> Any:
    return library().cluster.KMeans(options["clusters"], n_init=10, random_state=seed)


def _dbscan(options: dict[str, Any], seed: int) -> Any:
    return library().cluster.DBSCAN(eps=options["eps"], min_samples=options["min_samples"])


def _agglomerative(options: dict[str, Any], seed: int) -> Any:
    return library().cluster.AgglomerativeClustering(options["clusters"])


_CLUSTERERS = {"k-means": _k_means, "dbscan": _dbscan, "hierarchical": _agglomerative}


def _by_size(labels: NDArray[np.int64]) -> NDArray[np.int64]:
    """Number clusters by their size, the largest 0; of equal ones the one that comes first in the table."""
    values, first, counts = np.unique(labels, return_index=True, return_counts=True)
    inside = values >= 0
    order = values[inside][np.lexsort((first[inside], -counts[inside]))]
    ranks = {int(value): rank for rank, value in enumerate(order)} | {-1: -1}
    return np.asarray([ranks[int(label)] for label in labels], np.int64)


def _silhouette(matrix: Matrix, labels: NDArray[np.int64], seed: int) -> float:
    inside = labels >= 0
    count = len(np.unique(labels[inside]))
    if not 2 <= count < int(inside.sum()):
        return float("nan")
    sample = min(_MOST_COMPARED, int(inside.sum()))
    return float(
        library().metrics.silhouette_score(matrix[inside], labels[inside], sample_size=sample, random_state=seed)
    )


def pca(
    table: pl.DataFrame, features: Sequence[str], n_components: int, scale: bool
) -> tuple[pl.DataFrame, pl.DataFrame, NDArray[np.float64]]:
    """The table with columns ``pc1``, ``pc2``..., the weight of each column in them, and what each explains.

    By singular value decomposition (Pearson 1901); each component is turned so that its largest weight is positive.
    """
    columns, matrix = _scaled(table, features, scale)
    most = min(len(columns.produced), table.height - 1)
    if not 1 <= n_components <= most:
        raise ValueError(f"From these columns and rows up to {most} components can be made, not {n_components}.")
    centered = matrix - matrix.mean(axis=0)
    _, weights, directions = np.linalg.svd(centered, full_matrices=False)
    kept = directions[:n_components]
    kept = kept * np.where(kept[np.arange(n_components), np.abs(kept).argmax(axis=1)] < 0, -1, 1)[:, np.newaxis]
    names = [f"pc{number}" for number in range(1, n_components + 1)]
    scores = table.with_columns(pl.Series(name, centered @ axis) for name, axis in zip(names, kept, strict=True))
    loadings = pl.DataFrame({"column": columns.produced, **dict(zip(names, kept, strict=True))})
    total = float((weights**2).sum())
    return scores, loadings, weights[:n_components] ** 2 / total if total else np.zeros(n_components)


def dataset(name: str) -> tuple[pl.DataFrame, str]:
    """One of the small tables that come with scikit-learn, and the name of the column to predict."""
    loaded: Any = getattr(library().datasets, f"load_{name}")()
    features = [str(one).replace(" (cm)", "_cm").replace(" ", "_") for one in loaded.feature_names]
    table = pl.DataFrame(np.asarray(loaded.data, np.float64), schema=features, orient="row")
    column = _TARGETS[name]
    if name in ("iris", "wine", "breast_cancer"):
        named = [str(loaded.target_names[number]) for number in loaded.target]
        return table.with_columns(pl.Series(column, named)), column
    return table.with_columns(pl.Series(column, np.asarray(loaded.target))), column


_TARGETS = {
    "iris": "species",
    "wine": "cultivar",
    "breast_cancer": "diagnosis",
    "diabetes": "progression",
    "digits": "digit",
}
