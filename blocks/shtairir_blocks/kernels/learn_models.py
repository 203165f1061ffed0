"""Learning from tables, with scikit-learn (Pedregosa et al. 2011). The same seed gives the same model every time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from .learn_columns import Matrix, learn_columns
from .learn_library import library, one_thread
from .learn_model import Kind, Model
from .table_columns import column_named, numeric_named

Labels = NDArray[Any]


def fit(kind: Kind, table: pl.DataFrame, target: str, features: Sequence[str], recipe: Mapping[str, Any]) -> Model:
    """Return a model that predicts a column; rows in which that is missing are left out.

    Raises
    ------
    ValueError
        When there is too little to learn from.
    """
    known = with_target(kind, table, target)
    columns = learn_columns(known, features, target)
    estimator = _estimator(kind, recipe, known.height)
    if kind == "classifier":
        written = known[target].cast(pl.String)
        classes = written.unique().sort().to_list()
        if len(classes) < 2:
            raise ValueError(
                f"The target {target!r} has only one value, {classes[0]!r}: there is nothing to tell apart."
            )
        with one_thread():
            estimator.fit(columns.matrix(known), written.to_numpy())
        learnt: tuple[Any, ...] = tuple(str(one) for one in estimator.classes_)
    else:
        with one_thread():
            estimator.fit(columns.matrix(known), known[target].cast(pl.Float64).to_numpy())
        learnt = ()
    method = str(recipe["method"])
    return Model(kind, method, target, columns, estimator, learnt, known.schema[target], dict(recipe), known.height)


def with_target(kind: Kind, table: pl.DataFrame, target: str) -> pl.DataFrame:
    """Return the rows of which the truth is known."""
    if kind == "regressor":
        numeric_named(table, target, "target")
        known = table.filter(pl.col(target).cast(pl.Float64).fill_nan(None).is_not_null())
    else:
        column_named(table.columns, target, "target")
        if table.schema[target].is_nested():
            raise ValueError(f"The target {target!r} holds lists, which are no classes.")
        known = table.drop_nulls(target)
    if known.height < 2:
        raise ValueError(f"There are {known.height} rows with a value of {target!r}: too few to learn from.")
    return known


def refit(model: Model, table: pl.DataFrame) -> Model:
    """Return a model that learnt in the same way from other rows."""
    return fit(model.kind, table, model.target, model.columns.names, model.recipe)


def _estimator(kind: Kind, recipe: Mapping[str, Any], rows: int) -> Any:
    makers = _CLASSIFIERS if kind == "classifier" else _REGRESSORS
    estimator = makers[recipe["method"]](recipe, rows)
    # Methods that measure distances or weigh sizes need columns of one scale; trees do not care.
    if recipe["method"] in _SCALE_FREE:
        return estimator
    return library().pipeline.make_pipeline(library().preprocessing.StandardScaler(), estimator)


_SCALE_FREE = frozenset({"random forest", "gradient boosting", "linear"})


def _logistic(recipe: Mapping[str, Any], rows: int) -> Any:
    return library().linear_model.LogisticRegression(C=recipe["C"], max_iter=10_000)


def _forest(recipe: Mapping[str, Any], rows: int) -> Any:
    ensemble = library().ensemble
    maker = ensemble.RandomForestClassifier if recipe["classes"] else ensemble.RandomForestRegressor
    return maker(recipe["trees"], max_depth=recipe["depth"], random_state=recipe["seed"])


def _boosting(recipe: Mapping[str, Any], rows: int) -> Any:
    ensemble = library().ensemble
    maker = ensemble.HistGradientBoostingClassifier if recipe["classes"] else ensemble.HistGradientBoostingRegressor
    options = {"max_iter": recipe["trees"], "max_depth": recipe["depth"], "random_state": recipe["seed"]}
    return maker(early_stopping=False, min_samples_leaf=min(20, max(1, rows // 20)), **options)


def _support_vectors(recipe: Mapping[str, Any], rows: int) -> Any:
    svm = library().svm
    return svm.SVC(C=recipe["C"]) if recipe["classes"] else svm.SVR(C=recipe["C"])


def _nearest(recipe: Mapping[str, Any], rows: int) -> Any:
    neighbors = library().neighbors
    maker = neighbors.KNeighborsClassifier if recipe["classes"] else neighbors.KNeighborsRegressor
    return maker(min(recipe["neighbors"], rows))


def _linear(recipe: Mapping[str, Any], rows: int) -> Any:
    return library().linear_model.LinearRegression()


def _ridge(recipe: Mapping[str, Any], rows: int) -> Any:
    return library().linear_model.Ridge(alpha=1 / recipe["C"])


_Maker = Callable[[Mapping[str, Any], int], Any]
_SHARED: dict[str, _Maker] = {
    "random forest": _forest,
    "gradient boosting": _boosting,
    "support vectors": _support_vectors,
    "nearest neighbours": _nearest,
}
_CLASSIFIERS: dict[str, _Maker] = {"logistic": _logistic, **_SHARED}
_REGRESSORS: dict[str, _Maker] = {"linear": _linear, "ridge": _ridge, **_SHARED}


# --- use -------------------------------------------------------------------------------------------------------


def require(model: Model, *kinds: Kind) -> None:
    """Raise an error unless the model is of one of the kinds."""
    if model.kind not in kinds:
        raise ValueError(f"A {' or '.join(kinds)} is needed here; this model is a {model.kind} ({model.method}).")


def predicted(model: Model, table: pl.DataFrame) -> Labels:
    """What the model says for each row: texts of a classifier, numbers of a regressor."""
    require(model, "classifier", "regressor")
    if table.height == 0:
        return np.empty(0, str if model.kind == "classifier" else float)
    with one_thread():
        return np.asarray(model.estimator.predict(model.columns.matrix(table)))


def probabilities(model: Model, table: pl.DataFrame) -> Matrix:
    """How sure a classifier is of each class ``(rows, classes)``.

    Support vectors know margins only, which a logistic curve turns into shares: their order is right, their size a
    guess.
    """
    if model.kind != "classifier" or table.height == 0:
        return np.empty((table.height, len(model.classes)))
    matrix = model.columns.matrix(table)
    with one_thread():
        if hasattr(model.estimator, "predict_proba"):
            return np.asarray(model.estimator.predict_proba(matrix), np.float64)
        margin = np.asarray(model.estimator.decision_function(matrix), np.float64)
    scores = np.column_stack([-margin, margin]) / 2 if margin.ndim == 1 else margin
    shares = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(shares / shares.sum(axis=1, keepdims=True))


def with_predictions(model: Model, table: pl.DataFrame) -> tuple[pl.DataFrame, Matrix]:
    """The table with what the model says and, of a classifier, how sure it is; and the probabilities of all classes."""
    said = pl.Series("prediction", predicted(model, table))
    shares = probabilities(model, table)
    if model.kind == "regressor":
        return table.with_columns(said), shares
    sure = shares.max(axis=1) if shares.size else np.empty(0)
    return table.with_columns(_as_learnt(said, model), pl.Series("probability", sure)), shares


def _as_learnt(said: pl.Series, model: Model) -> pl.Series:
    """The classes as the column held them that the model learnt from: whole numbers, true and false."""
    if model.answer == pl.Boolean:
        return (said == "true").alias(said.name)
    return said.cast(model.answer) if model.answer.is_integer() else said


# --- preparation -----------------------------------------------------------------------------------------------


def prepare(table: pl.DataFrame, features: Sequence[str], scale: str) -> Model:
    """Learn how columns become numbers of one scale."""
    preprocessing = library().preprocessing
    columns = learn_columns(table, features)
    makers: dict[str, Any] = {
        "standard": preprocessing.StandardScaler,
        "range": preprocessing.MinMaxScaler,
        "robust": preprocessing.RobustScaler,
    }
    scaler = makers[scale]().fit(columns.matrix(table)) if scale in makers else None
    return Model("preparation", f"preparation ({scale})", "", columns, scaler, rows=table.height)


def prepared(model: Model, table: pl.DataFrame) -> pl.DataFrame:
    """The table with the columns that the preparation knows replaced by what it makes of them; others stay."""
    require(model, "preparation")
    matrix = model.columns.matrix(table)
    if model.estimator is not None and table.height:
        matrix = np.asarray(model.estimator.transform(matrix))
    kept = table.drop(model.columns.names)
    taken = [name for name in model.columns.produced if name in kept.columns]
    if taken:
        raise ValueError(f"The table has a column {taken[0]!r} of its own. Rename it first.")
    return kept.hstack(pl.DataFrame(matrix, schema=model.columns.produced, orient="row"))
