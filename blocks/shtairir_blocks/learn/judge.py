"""How good a model is. Judge by rows that it did not learn from: those it knows by heart."""

from collections.abc import Callable
from typing import Annotated, Literal, NamedTuple

from shtairir.block import Array, Context, DType, Param, Shape, Table, block
from shtairir_blocks.kernels.learn_model import Model
from shtairir_blocks.learn.rows import Seed

Metric = Literal["accuracy", "f1", "roc_auc", "r2", "mae", "rmse"] | None
Row = Annotated[Array, DType("float64"), Shape("n")]


class ClassScores(NamedTuple):
    """How well a model tells classes apart.

    Attributes
    ----------
    accuracy
        The share of rows that it tells right.
    f1
        The harmonic mean of precision and recall, averaged over the classes.
    roc_auc
        How likely it puts a row of a class before one of another: 0.5 by chance, 1 always; missing if not all
        classes are there.
    report
        Precision, recall and F1 of each class.
    confusion
        How many rows of each class it told to be of which.
    """

    accuracy: float
    f1: float
    roc_auc: float
    report: Table
    confusion: Table


@block(
    category="Learn/Judge",
    name="Evaluate classifier",
    tags=("accuracy", "F1", "ROC AUC", "confusion matrix", "precision", "recall"),
    requires=("sklearn", "polars"),
    extra="learn",
)
def evaluate_classifier(model: Model, table: Table) -> ClassScores:
    """Measure how well a model tells classes apart.

    Parameters
    ----------
    model
        A classifier.
    table
        Rows whose class is known, and which it did not learn from.
    """
    from shtairir_blocks.kernels import learn_scores as kernels

    return ClassScores(*kernels.classes(model, table))


class NumberScores(NamedTuple):
    """How well a model predicts numbers.

    Attributes
    ----------
    r2
        The share of the variance that it explains: 1 for all, 0 for no better than the mean.
    mae
        The mean absolute error, in the unit of the target.
    rmse
        The root of the mean square error, in the unit of the target.
    residuals
        The truth less the prediction.
    """

    r2: float
    mae: float
    rmse: float
    residuals: Row


@block(
    category="Learn/Judge",
    name="Evaluate regressor",
    tags=("R2", "MAE", "RMSE", "error", "residuals"),
    requires=("sklearn", "polars"),
    extra="learn",
)
def evaluate_regressor(model: Model, table: Table) -> NumberScores:
    """Measure how well a model predicts numbers.

    Parameters
    ----------
    model
        A regressor.
    table
        Rows whose number is known, and which it did not learn from.
    """
    from shtairir_blocks.kernels import learn_scores as kernels

    return NumberScores(*kernels.numbers(model, table))


class Folds(NamedTuple):
    """Scores of several rounds.

    Attributes
    ----------
    mean
        The mean score; more is better.
    std
        How much the scores differ.
    scores
        The score of each fold.
    """

    mean: float
    std: float
    scores: Row


@block(
    category="Learn/Judge",
    name="Cross-validate",
    tags=("folds", "k-fold", "score", "generalisation"),
    requires=("sklearn", "polars"),
    extra="learn",
)
def cross_validate(
    ctx: Context,
    model: Model,
    table: Table,
    folds: Annotated[int, Param(ge=2, le=1000)] = 5,
    metric: Metric = None,
    seed: Seed = 0,
) -> Folds:
    """Judge a way of learning fairly: each row is judged by a model that learnt from the others only.

    The rows are dealt into folds (Stone 1974), classes evenly; for each, a model learns anew from the rest.

    Parameters
    ----------
    model
        A model, of which only the way it learnt counts.
    table
        All rows whose answer is known.
    folds
        How many rounds.
    metric
        The score; accuracy of classes and R² of numbers when unset. Errors (mae, rmse) come with a minus.
    seed
        The same number deals the same folds.
    """
    from shtairir_blocks.kernels import learn_scores as kernels

    scores = kernels.cross_validate(model, table, folds, metric, seed, _reporter(ctx))
    return Folds(float(scores.mean()), float(scores.std()), scores)


@block(
    category="Learn/Judge",
    name="Feature importance",
    tags=("permutation", "explain", "columns"),
    requires=("sklearn", "polars"),
    extra="learn",
)
def feature_importance(
    ctx: Context,
    model: Model,
    table: Table,
    repeats: Annotated[int, Param(ge=1, le=1000)] = 5,
    metric: Metric = None,
    seed: Seed = 0,
) -> Table:
    """Tell how much each column matters to a model: how much worse it gets when the column is mixed up.

    Permutation importance (Breiman 2001). Of two columns that say the same, neither seems to matter much.

    Parameters
    ----------
    model
        The model.
    table
        Rows whose answer is known, and which it did not learn from.
    repeats
        How often each column is mixed.
    metric
        The score; accuracy of classes and R² of numbers when unset.
    seed
        The same number mixes the same way.

    Returns
    -------
    out
        A row for each column, what matters most first: feature, importance, std.
    """
    from shtairir_blocks.kernels import learn_scores as kernels

    return kernels.importance(model, table, repeats, metric, seed, _reporter(ctx))


def _reporter(ctx: Context) -> Callable[[float], None]:
    def report(fraction: float) -> None:
        ctx.check_cancelled()
        ctx.progress(fraction)

    return report
