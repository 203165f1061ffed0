"""Models that learn from rows whose answer is known.

Each prepares its columns by itself: categories become columns of 0 and 1, missing numbers the median, and methods that
measure distances get columns of one scale.
"""

from typing import Annotated, Any, Literal, NamedTuple

from shtairir.block import Array, DType, Param, Shape, Table, block
from shtairir_blocks.kernels.learn_model import Model
from shtairir_blocks.learn.rows import Seed

Features = list[str] | None
Trees = Annotated[int, Param(ge=1, le=5000)]
Depth = Annotated[int | None, Param(ge=1, le=1000)]
Neighbours = Annotated[int, Param(ge=1, le=10_000)]
Softness = Annotated[float, Param(gt=0, le=10_000, step=0.1, label="C")]


@block(
    category="Learn/Models",
    name="Fit classifier",
    tags=("train", "logistic regression", "random forest", "boosting", "SVM", "k-nearest"),
    requires=("sklearn", "polars"),
    extra="learn",
)
def fit_classifier(
    table: Table,
    target: str,
    features: Features = None,
    method: Literal[
        "logistic", "random forest", "gradient boosting", "support vectors", "nearest neighbours"
    ] = "random forest",
    trees: Trees = 100,
    depth: Depth = None,
    neighbors: Neighbours = 5,
    C: Softness = 1.0,
    seed: Seed = 0,
) -> Model:
    """Learn to tell classes apart from rows whose class is known.

    Parameters
    ----------
    table
        The rows to learn from.
    target
        The column with the classes.
    features
        The columns to learn from, all others when unset.
    method
        logistic regression; random forest (Breiman 2001); gradient boosting by histograms (Friedman 2001; Ke et al.
        2017); support vectors with a Gaussian kernel (Cortes & Vapnik 1995); a vote of the nearest neighbours.
    trees
        How many trees, of forests and boosting.
    depth
        How often a tree may branch; unset for no limit.
    neighbors
        How many neighbours vote.
    C
        How closely logistic regression and support vectors follow the rows: less is smoother.
    seed
        The same number gives the same model.
    """
    from shtairir_blocks.kernels import learn_models as kernels

    recipe: dict[str, Any] = {"method": method, "trees": trees, "depth": depth, "neighbors": neighbors}
    return kernels.fit("classifier", table, target, features or [], recipe | {"C": C, "seed": seed, "classes": True})


@block(
    category="Learn/Models",
    name="Fit regressor",
    tags=("train", "linear regression", "ridge", "random forest", "boosting", "SVR"),
    requires=("sklearn", "polars"),
    extra="learn",
)
def fit_regressor(
    table: Table,
    target: str,
    features: Features = None,
    method: Literal[
        "linear", "ridge", "random forest", "gradient boosting", "support vectors", "nearest neighbours"
    ] = "random forest",
    trees: Trees = 100,
    depth: Depth = None,
    neighbors: Neighbours = 5,
    C: Softness = 1.0,
    seed: Seed = 0,
) -> Model:
    """Learn to predict a number from rows in which it is known.

    Parameters
    ----------
    table
        The rows to learn from.
    target
        The column with the numbers.
    features
        The columns to learn from, all others when unset.
    method
        linear regression; ridge (Hoerl & Kennard 1970); random forest (Breiman 2001); gradient boosting by
        histograms (Friedman 2001); support vectors with a Gaussian kernel; the mean of the nearest neighbours.
    trees
        How many trees, of forests and boosting.
    depth
        How often a tree may branch; unset for no limit.
    neighbors
        How many neighbours count.
    C
        How closely ridge and support vectors follow the rows: less is smoother.
    seed
        The same number gives the same model.
    """
    from shtairir_blocks.kernels import learn_models as kernels

    recipe: dict[str, Any] = {"method": method, "trees": trees, "depth": depth, "neighbors": neighbors}
    return kernels.fit("regressor", table, target, features or [], recipe | {"C": C, "seed": seed, "classes": False})


class Predictions(NamedTuple):
    """What a model says.

    Attributes
    ----------
    table
        The rows, with a column prediction and, of classes, one with the probability of it.
    probabilities
        How sure a classifier is of each class, a column for each in alphabetical order.
    """

    table: Table
    probabilities: Annotated[Array, DType("float64"), Shape("rows", "classes")]


@block(
    category="Learn/Models",
    name="Predict",
    tags=("apply", "classify", "inference"),
    requires=("sklearn", "polars"),
    extra="learn",
)
def predict(model: Model, table: Table) -> Predictions:
    """Let a model say what it makes of rows.

    Parameters
    ----------
    model
        What learnt before.
    table
        The rows; they need the columns that the model learnt from.
    """
    from shtairir_blocks.kernels import learn_models as kernels

    return Predictions(*kernels.with_predictions(model, table))
