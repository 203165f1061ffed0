"""Every block of arrays."""

from scripts.block_examples.sheet import Sheet

TITLE = "Array blocks"
DESCRIPTION = "Each block for arrays at work: they are made, computed with, arranged, compared and summed up."


def fill(sheet: Sheet) -> None:
    """Add the nodes."""
    _create(sheet)
    _arithmetic(sheet)
    _functions(sheet)
    _arrange(sheet)
    _logic(sheet)
    _statistics(sheet)


def _create(sheet: Sheet) -> None:
    with sheet.frame("Create"):
        sheet.add("array.zeros", shape=[2, 3])
        sheet.add("array.ones", shape=[2, 3])
        sheet.add("array.full", shape=4, fill_value=7)
        sheet.add("array.constant", value=[[1, 2], [3, 4]])
        sheet.add("array.arange", start=0, stop=10, step=2)
        sheet.add("array.linspace", start=0.0, stop=1.0, num=5)
        sheet.add("array.random", shape=[3, 3], seed=7)
        sheet.add("array.from_text", text="1 2 3\n4 5 6")


def _arithmetic(sheet: Sheet) -> None:
    with sheet.frame("Arithmetic"):
        a = sheet.add("array.constant", "a", value=[1.0, 4.0, 9.0])
        b = sheet.add("array.constant", "b", value=[2.0, 2.0, 4.0])
        both = {"x1": a["out"], "x2": b["out"]}
        for name in ("add", "subtract", "multiply", "divide", "power", "remainder", "maximum", "minimum", "arctan2"):
            sheet.add(f"array.{name}", **both)
        square = sheet.add("array.constant", "square_matrix", "Matrix", value=[[0, 1, 0], [1, 0, 0], [0, 0, 1]])
        sheet.add("array.matmul", x1=square["out"], x2=a["out"])


def _functions(sheet: Sheet) -> None:
    with sheet.frame("Functions"):
        x = sheet.add("array.constant", "x", value=[0.25, 1.0, 2.5])
        names = ("sqrt", "square", "exp", "log", "log10", "sin", "cos", "tanh", "floor", "ceil", "negative", "absolute")
        for name in names:
            sheet.add(f"array.{name}", x=x["out"])
        sheet.add("array.round", a=x["out"], decimals=1)
        sheet.add("array.clip", a=x["out"], a_min=0.5, a_max=2)


def _arrange(sheet: Sheet) -> None:
    with sheet.frame("Arrange"):
        rows = sheet.add("array.constant", "rows", "Rows", value=[[1, 2, 3], [4, 5, 6]])
        flat = sheet.add("array.flatten", a=rows["out"])
        sheet.add("array.reshape", a=flat["out"], newshape=[3, 2])
        sheet.add("array.transpose", a=rows["out"])
        sheet.add("array.slice", a=flat["out"], start=1, stop=5, step=2)
        sheet.add("array.take", a=flat["out"], indices=[0, 3])
        large = sheet.add("array.greater", "large", x1=flat["out"], x2=2)
        sheet.add("array.select", a=flat["out"], condition=large["out"])
        sheet.add("array.append", a=rows["out"], b=rows["out"], axis=0)
        several = sheet.add("list.make", a=flat["out"], b=flat["out"])
        sheet.add("array.concatenate", arrays=several["out"])
        sheet.add("array.stack", arrays=several["out"])
        sheet.add("array.astype", a=rows["out"], dtype="float32")
        sheet.add("array.shape", a=rows["out"])


def _logic(sheet: Sheet) -> None:
    with sheet.frame("Logic"):
        left = sheet.add("array.constant", "left", value=[1, 2, 3])
        right = sheet.add("array.constant", "right", value=[3, 2, 1])
        both = {"x1": left["out"], "x2": right["out"]}
        sheet.add("array.equal", **both)
        sheet.add("array.not_equal", **both)
        less = sheet.add("array.less", **both)
        sheet.add("array.less_equal", **both)
        more = sheet.add("array.greater", "more", **both)
        sheet.add("array.greater_equal", **both)
        sheet.add("array.logical_and", x1=less["out"], x2=more["out"])
        sheet.add("array.logical_or", x1=less["out"], x2=more["out"])
        sheet.add("array.logical_not", x=less["out"])
        sheet.add("array.where", condition=less["out"], x=left["out"], y=0)
        sheet.add("array.isfinite", x=left["out"])


def _statistics(sheet: Sheet) -> None:
    with sheet.frame("Statistics"):
        data = sheet.add("array.random", "data", "Measurements", shape=[4, 5], distribution="normal", high=1.0)
        for name in ("sum", "prod", "mean", "median", "std", "min", "max", "argmin", "argmax", "cumsum", "sort"):
            sheet.add(f"array.{name}", a=data["out"])
        sheet.add("array.percentile", a=data["out"], q=90.0)
        sheet.add("array.histogram", a=data["out"], bins=5)
        dice = sheet.add("array.constant", "dice", "Dice", value=[3, 6, 1, 3, 6, 6])
        sheet.add("array.unique", a=dice["out"])
        sixes = sheet.add("array.equal", "sixes", "Sixes", x1=dice["out"], x2=6)
        sheet.add("array.all", a=sixes["out"])
        sheet.add("array.any", a=sixes["out"])
