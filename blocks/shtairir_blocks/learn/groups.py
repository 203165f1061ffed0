"""Order in rows without a teacher."""

from typing import Annotated, Literal, NamedTuple

from shtairir.block import Array, DType, Param, Shape, Table, block
from shtairir_blocks.learn.rows import Seed

Scale = Annotated[bool, Param(label="scale columns")]


class Clusters(NamedTuple):
    """Rows in groups.

    Attributes
    ----------
    table
        The rows with a column cluster: 0 for the largest group, -1 for rows that belong to none.
    labels
        The group of each row.
    number
        How many groups there are.
    silhouette
        How well they are apart: 1 clearly, 0 not at all.
    """

    table: Table
    labels: Annotated[Array, DType("int64"), Shape("rows")]
    number: int
    silhouette: float


@block(
    category="Learn/Groups",
    name="Cluster rows",
    tags=("k-means", "DBSCAN", "segments", "groups", "unsupervised"),
    requires=("sklearn", "polars"),
    extra="learn",
)
def cluster(
    table: Table,
    features: list[str] | None = None,
    method: Literal["k-means", "hierarchical", "dbscan"] = "k-means",
    clusters: Annotated[int, Param(ge=1, le=10_000)] = 3,
    eps: Annotated[float, Param(gt=0, step=0.05)] = 0.5,
    min_samples: Annotated[int, Param(ge=1, le=10_000)] = 5,
    scale: Scale = True,
    seed: Seed = 0,
) -> Clusters:
    """Find groups of rows that are alike.

    Parameters
    ----------
    table
        The rows.
    features
        The columns that count, all when unset.
    method
        k-means finds round groups (Lloyd 1982); hierarchical joins the nearest step by step (Ward 1963); dbscan
        finds dense regions of any form, and rows outside of all (Ester et al. 1996).
    clusters
        How many groups; dbscan finds out by itself.
    eps
        How near neighbours are, for dbscan.
    min_samples
        How many neighbours make a region dense, for dbscan.
    scale
        Let every column count alike, whatever its unit.
    seed
        The same number gives the same groups.
    """
    from shtairir_blocks.kernels import learn_groups as kernels

    options = {"clusters": clusters, "eps": eps, "min_samples": min_samples}
    return Clusters(*kernels.cluster(table, features or [], method, options, scale, seed))


class Components(NamedTuple):
    """The directions in which rows differ most.

    Attributes
    ----------
    table
        The rows with columns pc1, pc2 and so on: where each lies in these directions.
    loadings
        The weight of each column in each direction.
    explained
        The share of the variance that each explains.
    """

    table: Table
    loadings: Table
    explained: Annotated[Array, DType("float64"), Shape("components")]


@block(
    category="Learn/Groups",
    name="Principal components",
    tags=("PCA", "dimension reduction", "variance", "projection"),
    requires=("polars",),
    extra="learn",
)
def pca(
    table: Table,
    features: list[str] | None = None,
    n_components: Annotated[int, Param(ge=1, le=10_000)] = 2,
    scale: Scale = True,
) -> Components:
    """Find the few directions in which rows differ most, to draw many columns as a plane.

    Principal component analysis (Pearson 1901), by singular value decomposition.

    Parameters
    ----------
    table
        The rows.
    features
        The columns that count, all when unset.
    n_components
        How many directions.
    scale
        Let every column count alike, whatever its unit.
    """
    from shtairir_blocks.kernels import learn_groups as kernels

    return Components(*kernels.pca(table, features or [], n_components, scale))
