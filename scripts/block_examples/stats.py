"""Every block of statistics."""

from scripts.block_examples.sheet import Sheet

TITLE = "Statistics blocks"
DESCRIPTION = "Each block of statistics at work, on a field trial of two fertilisers that is made up here."

_PLOTS = {
    "bed": ["north", "north", "south", "south"] * 6,
    "treatment": ["none"] * 8 + ["compost"] * 8 + ["mineral"] * 8,
    "sun": [
        5.1,
        6.0,
        7.2,
        6.8,
        5.5,
        6.3,
        7.0,
        7.4,
        5.0,
        6.1,
        7.1,
        6.9,
        5.6,
        6.2,
        7.3,
        7.5,
        5.2,
        5.9,
        7.0,
        6.7,
        5.4,
        6.4,
        7.2,
        7.6,
    ],
    "yield": [
        2.1,
        2.6,
        3.0,
        2.9,
        2.2,
        2.7,
        3.1,
        3.3,
        2.9,
        3.4,
        3.9,
        3.7,
        3.1,
        3.3,
        4.1,
        4.2,
        3.0,
        3.2,
        3.8,
        3.5,
        3.0,
        3.5,
        3.9,
        4.3,
    ],
}


def fill(sheet: Sheet) -> None:
    """Add the nodes."""
    with sheet.frame("A field trial"):
        names = list(_PLOTS)
        columns = dict(zip("abcd", _PLOTS.values(), strict=True))
        plots = sheet.add("table.from_columns", "plots", "Plots", names=names, **columns)
        sheet.add("stats.correlation", table=plots["out"])
        sheet.add("stats.compare_groups", table=plots["out"], value="yield", group="treatment")
        sheet.add("stats.chi2_contingency", observed=plots["out"], rows="bed", columns="treatment")
        sheet.add("stats.linear_regression", table=plots["out"], target="yield", features=["sun", "treatment"])
    with sheet.frame("Two samples"):
        before = sheet.add("array.constant", "before", "Before", value=[12.1, 11.4, 13.0, 12.7, 11.9, 12.4, 13.3, 12.0])
        after = sheet.add("array.constant", "after", "After", value=[11.2, 11.0, 12.1, 12.5, 11.1, 11.9, 12.2, 11.7])
        sheet.add("stats.ttest_ind", a=before["out"], b=after["out"])
        sheet.add("stats.ttest_rel", a=before["out"], b=after["out"])
        sheet.add("stats.mannwhitneyu", x=before["out"], y=after["out"])
    with sheet.frame("One sample"):
        waits = sheet.add("array.random", "waits", "Waiting times", shape=400, distribution="exponential", high=4.0)
        sheet.add("stats.describe", a=waits["out"])
        sheet.add("stats.bootstrap", data=waits["out"], statistic="median", n_resamples=500)
        density = sheet.add("stats.gaussian_kde", dataset=waits["out"])
        sheet.add("chart.line", data=density["density"], x=density["x"], title="How long people wait")
        sheet.add("stats.fit_distribution", data=waits["out"], dist="gamma", q=[0.5, 0.9])
        sheet.add("stats.outliers", a=waits["out"], method="iqr", limit=1.5)
        sheet.add("stats.moving", a=waits["out"], window=25, statistic="median")
