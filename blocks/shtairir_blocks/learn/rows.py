"""Rows to learn from: small known tables, a fair split, and columns as numbers of one scale."""

from typing import Annotated, Literal, NamedTuple

from shtairir.block import Param, Table, block
from shtairir_blocks.kernels.learn_model import Model

Seed = Annotated[int, Param(ge=0, lt=2**32)]


class Dataset(NamedTuple):
    """A table to try things out on.

    Attributes
    ----------
    table
        The table.
    target
        The name of the column to predict.
    """

    table: Table
    target: str


@block(
    category="Learn/Rows",
    name="Sample dataset",
    tags=("iris", "wine", "digits", "diabetes", "example data"),
    requires=("sklearn", "polars"),
    extra="learn",
)
def dataset(
    name: Literal["iris", "wine", "breast_cancer", "diabetes", "digits"] = "iris",
) -> Dataset:
    """Give one of the small, well known tables that come with scikit-learn; nothing is fetched.

    Parameters
    ----------
    name
        iris: 150 flowers of 3 species (Fisher 1936); wine: 178 wines of 3 cultivars; breast_cancer: 569 tumours;
        diabetes: 442 patients and a number to predict (Efron et al. 2004); digits: 1797 images of 8 × 8 pixels.
    """
    from shtairir_blocks.kernels import learn_groups as kernels

    return Dataset(*kernels.dataset(name))


class Parts(NamedTuple):
    """A table in two parts.

    Attributes
    ----------
    train
        Rows to learn from.
    test
        Rows to judge by, which learning must not see.
    """

    train: Table
    test: Table


@block(
    category="Learn/Rows",
    name="Split rows",
    tags=("train", "test", "holdout", "stratify"),
    requires=("polars",),
    extra="learn",
)
def split(
    table: Table,
    test_size: Annotated[float, Param(gt=0, lt=1, step=0.05)] = 0.25,
    stratify: str | None = None,
    seed: Seed = 0,
) -> Parts:
    """Divide a table by chance: most rows to learn from, the rest to judge by.

    Parameters
    ----------
    table
        The table.
    test_size
        The share of rows to judge by.
    stratify
        A column of which every value has its share in both parts, such as the classes.
    seed
        The same number gives the same parts.
    """
    from shtairir_blocks.kernels import learn_scores as kernels

    return Parts(*kernels.split(table, test_size, stratify, seed))


class Prepared(NamedTuple):
    """A table of numbers, and how it was made.

    Attributes
    ----------
    table
        The prepared table.
    preparation
        What learn.transform needs to prepare other rows in the same way.
    """

    table: Table
    preparation: Model


@block(
    category="Learn/Rows",
    name="Scale and encode",
    tags=("standardise", "normalise", "one-hot", "impute", "dummy variables"),
    requires=("sklearn", "polars"),
    extra="learn",
)
def prepare(
    table: Table,
    features: list[str] | None = None,
    scale: Literal["standard", "range", "robust", "none"] = "standard",
) -> Prepared:
    """Turn columns into numbers of one scale; categories become a column of 0 and 1 for each value.

    Missing numbers become the median. The models of this family do all this by themselves.

    Parameters
    ----------
    table
        The rows from which scales and categories are learnt.
    features
        The columns to prepare, all when unset; the others stay as they are.
    scale
        standard: mean 0 and deviation 1; range: 0 to 1; robust: median 0 and quartile distance 1.
    """
    from shtairir_blocks.kernels import learn_models as kernels

    model = kernels.prepare(table, features or [], scale)
    return Prepared(kernels.prepared(model, table), model)


@block(
    category="Learn/Rows",
    name="Prepare likewise",
    tags=("scale", "encode", "transform", "apply"),
    requires=("sklearn", "polars"),
    extra="learn",
)
def transform(preparation: Model, table: Table) -> Table:
    """Prepare rows in the way that was learnt from other rows.

    Parameters
    ----------
    preparation
        What learn.prepare gave.
    table
        The rows to prepare.

    Returns
    -------
    out
        The prepared table.
    """
    from shtairir_blocks.kernels import learn_models as kernels

    return kernels.prepared(preparation, table)
