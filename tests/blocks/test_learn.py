"""Learning from tables."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import shtairir
import shtairir_blocks.learn as learn
from shtairir.block import definition_of
from shtairir.block.standalone import StandaloneContext
from shtairir.errors import RunCancelledError
from shtairir_blocks.kernels.learn_model import Model

CLASSIFIERS = ("logistic", "random forest", "gradient boosting", "support vectors", "nearest neighbours")
REGRESSORS = ("linear", "ridge", "random forest", "gradient boosting", "support vectors", "nearest neighbours")
RNG = np.random.default_rng(0)
# Two clouds that a line parts, with a column of categories that helps and one that does not.
CLOUDS = pl.DataFrame(
    {
        "x": np.concatenate([RNG.normal(-2, 1, 80), RNG.normal(2, 1, 80)]),
        "y": RNG.normal(size=160),
        "sort": ["old"] * 70 + ["new"] * 90,
        "side": ["left"] * 80 + ["right"] * 80,
    }
)
SLOPE = CLOUDS.select("x", "y", "sort", z=10 + 3 * pl.col("x") + pl.Series(RNG.normal(0, 0.1, 160)))


@pytest.mark.parametrize("method", CLASSIFIERS)
def test_every_classifier_tells_two_clouds_apart(method: Any) -> None:
    train, test = learn.split(CLOUDS, stratify="side")
    model = learn.fit_classifier(train, "side", method=method, trees=20)
    scores = learn.evaluate_classifier(model, test)
    assert scores.accuracy > 0.9
    assert scores.roc_auc > 0.95
    said = learn.predict(model, test.drop("side"))
    assert said.table["prediction"].is_in(["left", "right"]).all()
    assert_allclose(said.probabilities.sum(axis=1), 1)
    assert_array_equal(np.array(model.classes)[said.probabilities.argmax(axis=1)], said.table["prediction"])


@pytest.mark.parametrize("method", REGRESSORS)
def test_every_regressor_follows_a_slope(method: Any) -> None:
    train, test = learn.split(SLOPE)
    model = learn.fit_regressor(train, "z", method=method, trees=50, C=10.0)
    scores = learn.evaluate_regressor(model, test)
    assert scores.r2 > 0.85
    truth, said = test["z"].to_numpy(), learn.predict(model, test).table["prediction"].to_numpy()
    assert_allclose(scores.residuals, truth - said)
    assert scores.mae == pytest.approx(np.abs(truth - said).mean())
    assert scores.rmse == pytest.approx(np.sqrt(((truth - said) ** 2).mean()))
    assert scores.r2 == pytest.approx(1 - ((truth - said) ** 2).sum() / ((truth - truth.mean()) ** 2).sum())


@pytest.mark.parametrize("method", ["random forest", "gradient boosting"])
def test_the_same_seed_learns_the_same(method: Any) -> None:
    def said(seed: int) -> bytes:
        model = learn.fit_classifier(CLOUDS, "side", method=method, trees=10, seed=seed)
        return learn.predict(model, CLOUDS).probabilities.tobytes()

    assert said(1) == said(1)
    if method == "random forest":
        assert said(1) != said(2)


def test_scores_of_classes_agree_with_counting() -> None:
    model = learn.fit_classifier(CLOUDS, "side", ["y", "sort"], "nearest neighbours", neighbors=9)
    scores = learn.evaluate_classifier(model, CLOUDS)
    said = learn.predict(model, CLOUDS)
    truth, guess = CLOUDS["side"].to_numpy(), said.table["prediction"].to_numpy()
    assert scores.accuracy == (truth == guess).mean()
    for row in scores.report.iter_rows(named=True):
        right = ((truth == row["class"]) & (guess == row["class"])).sum()
        assert row["precision"] == pytest.approx(right / (guess == row["class"]).sum())
        assert row["recall"] == pytest.approx(right / (truth == row["class"]).sum())
        assert row["rows"] == 80
    assert scores.f1 == pytest.approx(scores.report["f1"].mean())
    assert scores.confusion.drop("truth").to_numpy().sum() == 160
    share = said.probabilities[:, 1]
    pairs = share[truth == "right"][:, np.newaxis] - share[truth == "left"]
    assert scores.roc_auc == pytest.approx(((pairs > 0) + 0.5 * (pairs == 0)).mean())


def test_answers_come_back_as_the_column_held_them() -> None:
    for column, dtype in [(pl.Series([0, 1] * 80), pl.Int64), (pl.Series([True, False] * 80), pl.Boolean)]:
        table = CLOUDS.select("x", answer=column)
        model = learn.fit_classifier(table, "answer", method="nearest neighbours", neighbors=1)
        said = learn.predict(model, table.drop("answer")).table
        assert said.schema["prediction"] == dtype
        assert (said["prediction"] == column).mean() > 0.95


def test_missing_numbers_become_the_median_and_unseen_categories_none() -> None:
    model = learn.fit_regressor(SLOPE, "z", method="linear")
    row = SLOPE.head(1)
    middle = SLOPE["x"].median()
    unknown = learn.predict(model, row.with_columns(x=pl.lit(None, pl.Float64))).table["prediction"]
    assert unknown[0] == pytest.approx(learn.predict(model, row.with_columns(x=middle)).table["prediction"][0])
    assert np.isfinite(learn.predict(model, row.with_columns(sort=pl.lit("foreign"))).table["prediction"][0])


def test_rows_without_an_answer_teach_nothing() -> None:
    gaps = SLOPE.vstack(SLOPE.head(20).with_columns(z=pl.lit(None, pl.Float64), x=pl.lit(999.0)))
    kept = learn.fit_regressor(gaps, "z", method="linear")
    assert kept.rows == 160
    assert learn.evaluate_regressor(kept, gaps).r2 == pytest.approx(
        learn.evaluate_regressor(learn.fit_regressor(SLOPE, "z", method="linear"), SLOPE).r2
    )


def test_a_split_takes_each_row_once_and_each_class_by_its_share() -> None:
    table = CLOUDS.with_row_index("row").with_columns(kind=pl.Series(["a"] * 120 + ["b"] * 30 + ["c"] * 10))
    train, test = learn.split(table, 0.3, "kind")
    assert sorted([*train["row"], *test["row"]]) == list(range(160))
    assert test["kind"].value_counts().sort("kind")["count"].to_list() == [36, 9, 3]
    assert train["row"].is_sorted()
    assert learn.split(table, 0.3, "kind")[1].equals(test)
    assert not learn.split(table, 0.3, "kind", seed=1)[1].equals(test)
    assert learn.split(table, 0.25)[1].height == 40


def test_cross_validation_judges_each_row_by_a_model_that_has_not_seen_it(ctx: Any) -> None:
    # Of answers by pure chance, the nearest neighbour knows all by heart and can tell none that are new.
    chance = CLOUDS.select("x", "y", answer=pl.Series(RNG.permutation(["a", "b"] * 80)))
    model = learn.fit_classifier(chance, "answer", method="nearest neighbours", neighbors=1)
    assert learn.evaluate_classifier(model, chance).accuracy == 1
    found = learn.cross_validate(ctx, model, chance, 8)
    assert 0.3 < found.mean < 0.7
    assert len(found.scores) == 8
    assert (found.mean, found.std) == (found.scores.mean(), found.scores.std())
    assert_array_equal(learn.cross_validate(ctx, model, chance, 8).scores, found.scores)


def test_what_matters_is_what_the_answer_was_made_of(ctx: Any) -> None:
    model = learn.fit_regressor(SLOPE, "z", method="linear")
    found = learn.feature_importance(ctx, model, SLOPE)
    assert found["feature"][0] == "x"
    assert found["importance"][0] > 1
    assert found["importance"][1:].abs().max() < 0.01
    assert ctx.fractions == [pytest.approx(place / 3) for place in (1, 2, 3)]


def test_judging_stops_when_it_is_asked_to(ctx: Any) -> None:
    ctx.cancel_after = 2
    with pytest.raises(RunCancelledError):
        learn.cross_validate(ctx, _model(), CLOUDS, 100)
    assert len(ctx.fractions) == 2


@pytest.mark.parametrize("scale", ["standard", "range", "robust", "none"])
def test_columns_are_prepared_in_the_same_way_again(scale: Any) -> None:
    table, preparation = learn.prepare(CLOUDS, ["x", "sort"], scale)
    assert table.columns == ["y", "side", "x", "sort = new", "sort = old"]
    x = CLOUDS["x"].to_numpy()
    middle, spread = {
        "standard": (x.mean(), x.std()),
        "range": (x.min(), np.ptp(x)),
        "robust": (np.median(x), np.subtract(*np.percentile(x, [75, 25]))),
        "none": (0.0, 1.0),
    }[scale]
    assert_allclose(table["x"], (x - middle) / spread)
    other = pl.DataFrame({"x": [0.0], "sort": ["old"]})
    assert_allclose(learn.transform(preparation, other)["x"], (0 - middle) / spread)


@pytest.mark.parametrize("method", ["k-means", "hierarchical", "dbscan"])
def test_clouds_are_found_without_a_teacher(method: Any) -> None:
    random = np.random.default_rng(1)
    centers = np.repeat([[0.0, 0.0], [10.0, 0.0], [0.0, 10.0]], [60, 30, 20], axis=0)
    table = pl.DataFrame(random.normal(centers, 0.5), schema=["a", "b"], orient="row")
    found = learn.cluster(table, method=method, eps=0.4)
    assert found.number == 3
    assert_array_equal(found.labels[[0, 70, 100]], [0, 1, 2])
    assert found.silhouette > 0.8
    assert found.table["cluster"].to_list() == found.labels.tolist()


def test_a_row_far_from_all_belongs_to_no_dense_region() -> None:
    table = pl.DataFrame({"a": [0.0, 0.1, 0.2, 0.1, 50.0]})
    found = learn.cluster(table, method="dbscan", eps=0.5, min_samples=3, scale=False)
    assert found.labels.tolist() == [0, 0, 0, 0, -1]
    assert np.isnan(found.silhouette)


def test_principal_components_are_the_eigenvectors_of_the_correlations() -> None:
    table = pl.DataFrame(np.random.default_rng(2).normal(size=(50, 4)) @ np.diag([5, 2, 1, 0.5]), schema=list("abcd"))
    found = learn.pca(table, n_components=3)
    values, vectors = np.linalg.eigh(np.corrcoef(table.to_numpy().T))
    weights = found.loadings.drop("column").to_numpy()
    assert_allclose(found.explained, values[::-1][:3] / 4)
    assert_allclose(np.abs(weights), np.abs(vectors[:, ::-1][:, :3]), atol=1e-9)
    scores = found.table.select("pc1", "pc2", "pc3").to_numpy()
    assert_allclose(np.corrcoef(scores.T), np.eye(3), atol=1e-9)
    with pytest.raises(ValueError, match="up to 4 components"):
        learn.pca(table, n_components=5)


@pytest.mark.parametrize(
    ("name", "rows", "classes"),
    [("iris", 150, 3), ("wine", 178, 3), ("breast_cancer", 569, 2), ("digits", 1797, 10), ("diabetes", 442, None)],
)
def test_known_tables_are_complete(name: Any, rows: int, classes: int | None) -> None:
    table, target = learn.dataset(name)
    assert table.height == rows
    assert table.columns[-1] == target
    if classes is not None:
        assert table[target].n_unique() == classes


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: learn.fit_classifier(CLOUDS, "sides"), "Did you mean 'side'"),
        (lambda: learn.fit_regressor(CLOUDS, "side"), "not numbers"),
        (lambda: learn.fit_classifier(CLOUDS.head(50), "side"), "only one value, 'left'"),
        (lambda: learn.fit_classifier(CLOUDS, "side", ["side"]), "no column left"),
        (lambda: learn.predict(_model(), CLOUDS.drop("x")), "no column 'x'"),
        (lambda: learn.predict(_model(), CLOUDS.with_columns(x=pl.lit("a"))), "held numbers when the model learnt"),
        (lambda: learn.evaluate_regressor(_model(), CLOUDS), "regressor is needed here; this model is a classifier"),
        (lambda: learn.transform(_model(), CLOUDS), "preparation is needed"),
        (
            lambda: learn.cross_validate(StandaloneContext(Path(".")), _model(), CLOUDS, metric="r2"),
            "Choose one of accuracy, f1, roc_auc",
        ),
        (lambda: learn.cross_validate(StandaloneContext(Path(".")), _model(), CLOUDS, 500), "500 folds"),
        (lambda: learn.fit_classifier(CLOUDS.with_columns(x=pl.lit(None)), "side"), "'x' has no values"),
        (lambda: learn.cluster(CLOUDS.head(2), clusters=3), "divided into 3"),
    ],
)
def test_what_cannot_be_learnt_is_said_in_a_sentence(call: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()


def _model() -> Model:
    return learn.fit_classifier(CLOUDS, "side", method="logistic")


def test_a_model_is_a_kind_of_value_of_its_own() -> None:
    output = definition_of(learn.fit_classifier).outputs[0].type
    assert output.name == "Model"
    assert output.check(_model()) is None
    graph = shtairir.Graph("wrong")
    table = graph.add("learn.dataset", name="iris")
    wrong = graph.add("learn.predict")
    graph.link(table["table"], wrong["table"])
    graph.link(table["table"], wrong["model"])
    assert any("table cannot feed Model" in problem.message for problem in shtairir.validate(graph))
    assert repr(_model()) == "<logistic for 'side' from 3 columns and 160 rows>"


def test_threads_that_learn_first_do_not_meet_in_the_import() -> None:
    code = """
import threading
import polars as pl
import shtairir_blocks.learn as learn
table = pl.DataFrame({"x": range(40), "side": ["l", "r"] * 20})
failed = []
def fit(method):
    try:
        learn.fit_classifier(table, "side", method=method, trees=3)
    except BaseException as error:
        failed.append(error)
methods = ("logistic", "random forest", "gradient boosting", "support vectors", "nearest neighbours")
threads = [threading.Thread(target=fit, args=(method,)) for method in methods]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
assert not failed, failed
"""
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True, timeout=100)
