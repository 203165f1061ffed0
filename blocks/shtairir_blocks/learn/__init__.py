"""Machine learning from tables: split, learn, predict, judge; and finding groups without a teacher."""

from shtairir_blocks.learn.groups import cluster, pca
from shtairir_blocks.learn.judge import cross_validate, evaluate_classifier, evaluate_regressor, feature_importance
from shtairir_blocks.learn.models import fit_classifier, fit_regressor, predict
from shtairir_blocks.learn.rows import dataset, prepare, split, transform

__all__ = [
    "cluster",
    "cross_validate",
    "dataset",
    "evaluate_classifier",
    "evaluate_regressor",
    "feature_importance",
    "fit_classifier",
    "fit_regressor",
    "pca",
    "predict",
    "prepare",
    "split",
    "transform",
]
