"""Charts: what is drawn is read back from the figure, not from its pixels."""

import datetime
import itertools
import sys
import threading

import matplotlib
import numpy as np
import polars as pl
import pytest
from matplotlib.colors import to_hex, to_rgb

from shtairir.block.values import Color
from shtairir_blocks import chart
from shtairir_blocks.kernels import chart_bars, chart_data, chart_grid, chart_style

PENGUINS = pl.DataFrame(
    {
        "species": ["Adelie", "Gentoo", "Adelie", None, "Gentoo"],
        "mass": [3700.0, 5000.0, 3900.0, 4000.0, None],
        "bill": [38.0, 47.5, 40.1, None, 50.0],
        "year": [2007, 2007, 2008, 2009, 2009],
    }
)


def legend_of(figure):
    legend = figure.axes[0].get_legend()
    return None if legend is None else [text.get_text() for text in legend.get_texts()]


def titles_of(figure):
    axes = figure.axes[0]
    return axes.get_title(loc="left"), axes.get_xlabel(), axes.get_ylabel()


def lines_of(figure):
    return [(line.get_xdata().tolist(), line.get_ydata().tolist()) for line in figure.axes[0].lines]


# --- lines ---------------------------------------------------------------------------------------


def test_an_array_is_a_line_over_its_index():
    figure = chart.line(np.array([1.0, 4.0, 9.0]), title="Squares")
    assert lines_of(figure) == [([0, 1, 2], [1, 4, 9])]
    assert titles_of(figure) == ("Squares", "", "")
    assert legend_of(figure) is None


def test_each_column_of_an_array_is_a_line():
    figure = chart.line(np.arange(6).reshape(3, 2), x=np.array([10, 20, 30]))
    assert lines_of(figure) == [([10, 20, 30], [0, 2, 4]), ([10, 20, 30], [1, 3, 5])]
    assert legend_of(figure) == ["column 1", "column 2"]


def test_columns_of_a_table_are_lines_along_x():
    figure = chart.line(PENGUINS, "year", ["mass", "bill"])
    assert [x for x, _ in lines_of(figure)] == [PENGUINS["year"].to_list()] * 2
    assert legend_of(figure) == ["mass", "bill"]
    assert titles_of(figure) == ("", "year", "")


def test_a_group_gets_a_line_for_each_value_and_one_for_what_is_missing():
    figure = chart.line(PENGUINS, "year", ["mass"], "species")
    assert legend_of(figure) == ["Adelie", "Gentoo", "missing"]
    assert lines_of(figure)[0] == ([2007, 2008], [3700, 3900])
    assert lines_of(figure)[2] == ([2009], [4000])


def test_marks_lie_on_the_first_line():
    figure = chart.line(np.array([0.0, 10.0, 0.0]), x=np.array([2, 4, 6]), marks=np.array([3, 4]))
    assert lines_of(figure)[1] == ([3, 4], [5, 10])


def test_dates_are_drawn_along_an_axis_of_time():
    table = pl.DataFrame({"day": pl.date_range(pl.date(2024, 1, 1), pl.date(2024, 1, 5), eager=True), "v": range(5)})
    assert len(lines_of(chart.line(table, "day"))[0][0]) == 5


@pytest.mark.parametrize("hours", [3, 30, 95, 2000, 40_000])
def test_moments_along_an_axis_do_not_overlap(hours):
    begin = datetime.datetime(2013, 2, 7)
    moments = pl.datetime_range(begin, begin + datetime.timedelta(hours=hours), eager=True)
    figure = chart.line(pl.DataFrame({"time": moments, "v": np.arange(len(moments))}), "time")
    labels = [label.get_window_extent() for label in figure.axes[0].get_xticklabels() if label.get_text()]
    assert len(labels) >= 3
    assert all(left.x1 < right.x0 for left, right in itertools.pairwise(labels))


def test_lines_that_cannot_be_drawn_say_why():
    with pytest.raises(ValueError, match=r"no column 'Year'\. Did you mean 'year'"):
        chart.line(PENGUINS, "Year")
    with pytest.raises(ValueError, match="'species' holds text, not numbers"):
        chart.line(PENGUINS, "year", ["species"])
    with pytest.raises(ValueError, match="no column of numbers to draw"):
        chart.line(PENGUINS.select("species"))
    with pytest.raises(ValueError, match="An array has no column 'a'"):
        chart.line(np.arange(3), "a")
    with pytest.raises(ValueError, match="Make them equally many"):
        chart.line(np.arange(3), np.arange(4))
    with pytest.raises(ValueError, match="1 or 2 dimensions"):
        chart.line(np.zeros((2, 2, 2)))
    with pytest.raises(ValueError, match="41 different values; 40 can be told apart"):
        chart.line(pl.DataFrame({"g": [str(n) for n in range(41)], "v": range(41)}), None, ["v"], "g")


def test_a_long_line_keeps_its_first_last_least_and_greatest_points():
    values = np.random.default_rng(0).normal(size=100_003)
    values[[17, 70_000]] = [99, -99]
    values[500:600] = np.nan
    (along, drawn), *_ = lines_of(chart.line(values))
    assert len(drawn) < 10_000
    assert (along[0], along[-1]) == (0, 100_002)
    assert along == sorted(set(along))
    np.testing.assert_array_equal(drawn, values[along])
    # 100,003 points in at most 4,000 runs: each run has 26.
    for start in range(0, 2600, 26):
        run = values[start : start + 26]
        kept = values[[place for place in along if start <= place < start + 26]]
        if not np.isnan(run).all():
            assert np.nanmin(run) in kept
            assert np.nanmax(run) in kept


def test_a_thinned_line_looks_the_same():
    values = np.cumsum(np.random.default_rng(0).normal(size=60_000))
    whole = chart_data.Series("", np.arange(len(values)), values)
    thin = chart_data.thinned(whole)
    assert len(thin.y) < len(values) / 5
    pictures = []
    for series in (whole, thin):
        figure = chart.line(np.array([0.0]))
        figure.axes[0].lines[0].set_data(series.x, series.y)
        figure.axes[0].set(xlim=(0, len(values)), ylim=(values.min(), values.max()))
        pictures.append(chart.picture(figure))
    assert np.abs(pictures[0] - pictures[1]).mean() < 0.003


def test_a_line_that_turns_back_is_not_thinned():
    turning = chart_data.Series("", np.sin(np.arange(50_000)), np.arange(50_000))
    assert chart_data.thinned(turning) is turning


# --- points --------------------------------------------------------------------------------------


def test_points_are_coloured_by_name():
    figure = chart.scatter(PENGUINS, "bill", "mass", "species")
    drawn = figure.axes[0].collections
    assert legend_of(figure) == ["Adelie", "Gentoo", "missing"]
    assert drawn[0].get_offsets().tolist() == [[38.0, 3700.0], [40.1, 3900.0]]
    assert len({to_hex(part.get_facecolor()[0]) for part in drawn}) == 3


def test_points_are_coloured_along_a_scale_by_numbers():
    figure = chart.scatter(PENGUINS, "bill", "mass", "year")
    # A point without a place is masked out.
    assert figure.axes[0].collections[0].get_array().tolist() == [2007, 2007, 2008, None, None]
    assert len(figure.axes) == 2
    assert all(place == round(place) for place in figure.axes[1].get_yticks())


def test_pairs_of_an_array_are_points():
    figure = chart.scatter(np.array([[1.0, 2.0], [3.0, 4.0]]), color=Color.parse("#ff0000"))
    points = figure.axes[0].collections[0]
    assert points.get_offsets().tolist() == [[1, 2], [3, 4]]
    assert to_hex(points.get_facecolor()[0]) == "#ff0000"
    with pytest.raises(ValueError, match="is not a list of points"):
        chart.scatter(np.zeros((3, 3)))


# --- bars ----------------------------------------------------------------------------------------


def test_bars_take_the_rows_of_a_category_together():
    names, rows, heights = chart_bars.bar_heights(PENGUINS, "species", "mass", None, "mean")
    assert names == ["Adelie", "Gentoo", "missing"]
    assert rows == [""]
    np.testing.assert_allclose(heights, [[3800, 5000, 4000]])


def test_bars_without_a_value_count_rows_by_group():
    names, rows, heights = chart_bars.bar_heights(PENGUINS, "species", None, "year", "sum")
    assert (names, rows) == (["Adelie", "Gentoo", "missing"], ["2007", "2008", "2009"])
    np.testing.assert_array_equal(heights, [[1, 1, np.nan], [1, np.nan, np.nan], [np.nan, 1, 1]])


def bars_of(figure):
    return [[bar.get_height() for bar in group] for group in figure.axes[0].containers]


def test_bars_are_drawn_in_the_order_asked_for():
    figure = chart.bar(PENGUINS, "species", "mass", order="largest first")
    assert bars_of(figure) == [[7600, 5000, 4000]]
    assert [label.get_text() for label in figure.axes[0].get_xticklabels()] == ["Adelie", "Gentoo", "missing"]
    assert bars_of(chart.bar(PENGUINS, "species", "mass", order="smallest first")) == [[4000, 5000, 7600]]
    assert titles_of(figure)[1:] == ("species", "mass")


def test_stacked_bars_begin_where_the_last_one_ended():
    table = pl.DataFrame({"c": ["a", "a", "a"], "g": ["1", "2", "3"], "v": [1.0, -2.0, 3.0]})
    figure = chart.bar(table, "c", "v", "g", stacked=True)
    assert [group[0].get_y() for group in figure.axes[0].containers] == [0, 0, 1]
    assert bars_of(figure) == [[1], [-2], [3]]


def test_lying_bars_swap_the_axes():
    figure = chart.bar(PENGUINS, "species", horizontal=True)
    assert [bar.get_width() for bar in figure.axes[0].containers[0]] == [2, 2, 1]
    assert titles_of(figure)[1:] == ("count", "species")


def test_an_array_is_a_row_of_bars():
    assert bars_of(chart.bar(np.array([3, 1, 2]))) == [[3, 1, 2]]
    with pytest.raises(ValueError, match="not a row of bars"):
        chart.bar(np.zeros((2, 2)))


def test_bars_that_cannot_be_drawn_say_why():
    with pytest.raises(ValueError, match=r"No column of categories is chosen\. Choose one of: species"):
        chart.bar(PENGUINS)
    with pytest.raises(ValueError, match="too many bars"):
        chart.bar(pl.DataFrame({"c": range(300)}), "c")


# --- histograms and boxes ------------------------------------------------------------------------


def test_a_histogram_counts_as_numpy_does():
    values = np.random.default_rng(0).normal(size=1000)
    counts, edges = np.histogram(values, 20)
    drawn = chart.histogram(values.reshape(10, 100), bins=20).axes[0].patches[0].get_data()
    np.testing.assert_array_equal(drawn.values, counts)
    np.testing.assert_allclose(drawn.edges, edges)


def test_a_density_has_area_one_for_each_group():
    figure = chart.histogram(PENGUINS, "mass", bins=7, group="species", density=True)
    for patch in figure.axes[0].patches[::2]:
        assert patch.get_data().values @ np.diff(patch.get_data().edges) == pytest.approx(1)
    assert legend_of(figure) == ["Adelie", "Gentoo", "missing"]


def test_bin_edges():
    edges = chart_bars.bin_edges
    np.testing.assert_allclose(edges(np.array([0.0, 10.0]), 5, None, None, False), [0, 2, 4, 6, 8, 10])
    np.testing.assert_allclose(edges(np.array([-1.0, 1.0, 1000.0]), 3, None, None, True), [1, 10, 100, 1000])
    np.testing.assert_allclose(edges(np.empty(0), 2, None, None, False), [0, 0.5, 1])
    np.testing.assert_allclose(edges(np.array([4.0, 4.0]), 2, None, None, False), [2, 4, 6])
    with pytest.raises(ValueError, match="low \\(5\\) must be less than high \\(1\\)"):
        edges(np.array([1.0]), 2, 5, 1, False)
    with pytest.raises(ValueError, match="begins above 0"):
        edges(np.array([1.0]), 2, 0, 1, True)


def test_the_only_column_of_numbers_needs_no_name():
    assert titles_of(chart.histogram(PENGUINS.select("species", "mass")))[1] == "mass"
    with pytest.raises(ValueError, match=r"No column is chosen\. Choose one of: mass, bill, year"):
        chart.histogram(PENGUINS)
    with pytest.raises(ValueError, match="holds no numbers to draw"):
        chart.histogram(np.array(["a"]))


def test_a_histogram_of_nothing_and_of_gaps_is_drawn_empty():
    for data in (np.empty(0), np.array([np.nan, np.inf]), PENGUINS.clear()):
        column = "mass" if isinstance(data, pl.DataFrame) else None
        assert chart.histogram(data, column).axes[0].patches[0].get_data().values.sum() == 0


def test_the_line_in_a_box_is_the_median():
    figure = chart.box(PENGUINS, "mass", "species")
    medians = [line.get_ydata()[0] for line in figure.axes[0].lines if line.get_linewidth() == 1.4]
    assert medians == [3800, 5000, 4000]
    assert [label.get_text() for label in figure.axes[0].get_xticklabels()] == ["Adelie", "Gentoo", "missing"]
    assert len(chart.box(np.zeros((5, 3))).axes[0].patches) == 3


# --- heat maps -----------------------------------------------------------------------------------


def test_an_array_is_a_heat_map_with_its_first_row_on_top():
    figure = chart.heat_map(np.arange(6).reshape(2, 3), low=0, high=10)
    image = figure.axes[0].images[0]
    assert image.get_array().tolist() == [[0, 1, 2], [3, 4, 5]]
    assert image.get_clim() == (0, 10)
    assert figure.axes[0].yaxis_inverted()


def test_three_columns_make_a_grid_of_means():
    grid, rows, columns = chart_grid.heat_cells(PENGUINS, "species", "year", "mass")
    assert (rows, columns) == (["Adelie", "Gentoo", "missing"], ["2007", "2008", "2009"])
    np.testing.assert_array_equal(grid, [[3700, 3900, np.nan], [5000, np.nan, np.nan], [np.nan, np.nan, 4000]])


def test_columns_of_numbers_make_a_grid():
    grid, rows, columns = chart_grid.heat_cells(PENGUINS, None, None, None)
    assert rows == ["Adelie", "Gentoo", "Adelie", "missing", "Gentoo"]
    assert columns == ["mass", "bill", "year"]
    assert grid.shape == (5, 3)


def test_the_numbers_can_be_written_into_the_cells():
    figure = chart.heat_map(np.array([[1.0, np.nan], [3.0, 4.0]]), show_values=True)
    assert [text.get_text() for text in figure.axes[0].texts] == ["1", "3", "4"]


def test_a_grid_without_cells_is_refused():
    with pytest.raises(ValueError, match="nothing to draw"):
        chart.heat_map(PENGUINS.clear())
    with pytest.raises(ValueError, match="Give 2 dimensions"):
        chart.heat_map(np.arange(3))


# --- the look ------------------------------------------------------------------------------------


def test_a_figure_is_960_by_600_pixels_and_pyplot_is_not_used():
    figure = chart.line(np.arange(3))
    width, height = figure.get_size_inches() * figure.dpi
    assert (width, height) == (960, 600)
    module = sys.modules.get("matplotlib.pyplot")
    assert module is None or not module.get_fignums()


def test_dollar_signs_are_not_read_as_mathematics():
    table = pl.DataFrame({"price $ (a_b^{": [1.0, 2.0], "g": ["$x_", "y$"]})
    figure = chart.line(table, None, ["price $ (a_b^{"], "g", title="5 $ and 6 $ {")
    assert chart.picture(figure).shape == (600, 960, 3)


def test_an_axis_that_is_logarithmic_writes_plain_numbers():
    figure = chart.line(np.array([1.0, 10.0, 1000.0]), log_y=True)
    axes = figure.axes[0]
    assert axes.get_yscale() == "log"
    assert axes.yaxis.get_major_formatter()(1000, 0) == "1,000"


def test_the_users_matplotlib_settings_do_not_show(tmp_path):
    plain = chart.picture(chart.line(np.arange(5), title="t"))
    with matplotlib.rc_context({"axes.facecolor": "black", "figure.facecolor": "red", "axes.grid": False}):
        np.testing.assert_array_equal(chart.picture(chart.line(np.arange(5), title="t")), plain)


def test_every_colour_of_the_palette_can_be_seen_on_white():
    for color in chart_style.PALETTE:
        channels = np.array(to_rgb(color))
        linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
        contrast = 1.05 / (linear @ [0.2126, 0.7152, 0.0722] + 0.05)
        assert contrast > 2, color
    colors = chart_style.Look(color="#123456").colors(12)
    assert colors[0] == "#123456"
    assert len(set(colors[:9])) == 9


def test_long_names_stay_within_the_picture():
    table = pl.DataFrame({"c": [f"a rather long category {n}" for n in range(12)], "v": range(12)})
    image = chart.picture(chart.bar(table, "c", "v"))
    assert np.all(image[0] == 1)
    assert np.all(image[-1] == 1)
    assert np.all(image[:, 0] == 1)


def test_labels_of_groups():
    assert [chart_data.label_of(value) for value in (None, 1.0, 2.5, True, "a")] == ["missing", "1", "2.5", "True", "a"]


# --- pictures ------------------------------------------------------------------------------------


def test_a_picture_has_the_size_asked_for_and_leaves_the_figure_as_it_was():
    figure = chart.line(np.arange(5), color=Color.parse("#ff0000"))
    image = chart.picture(figure, 320, 200)
    assert image.shape == (200, 320, 3)
    assert image.dtype == np.float32
    assert image.min() >= 0
    assert image.max() == 1
    red = (image[..., 0] > 0.9) & (image[..., 1] < 0.3)
    assert red.sum() > 50
    assert tuple(figure.get_size_inches() * figure.dpi) == (960, 600)


def test_a_larger_picture_shows_the_same_in_finer_detail():
    figure = chart.line(np.arange(5), title="t")
    small, large = chart.picture(figure, 480, 300), chart.picture(figure, 960, 600)
    halved = large.reshape(300, 2, 480, 2, 3).mean(axis=(1, 3))
    assert np.abs(halved - small).mean() < 0.01


def test_charts_are_made_on_many_threads_at_once():
    alone = chart.picture(chart.histogram(PENGUINS, "mass", group="species", title="Mass"))
    pictures, failures = [], []

    def draw():
        try:
            pictures.append(chart.picture(chart.histogram(PENGUINS, "mass", group="species", title="Mass")))
        except Exception as error:  # noqa: BLE001 - whatever happens on the thread is to be reported here
            failures.append(error)

    threads = [threading.Thread(target=draw) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(pictures) == 8
    for one in pictures:
        np.testing.assert_array_equal(one, alone)
