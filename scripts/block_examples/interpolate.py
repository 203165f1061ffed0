"""Every block of interpolation."""

from scripts.block_examples.sheet import Sheet

TITLE = "Interpolation blocks"
DESCRIPTION = "Each block that finds values between those that were measured."


def fill(sheet: Sheet) -> None:
    """Add the nodes."""
    with sheet.frame("A curve through points"):
        places = sheet.add("array.constant", "depth", "Depth", value=[0, 5, 12, 20, 35, 60])
        values = sheet.add("array.constant", "temperature", "Temperature", value=[18.2, 17.9, 14.0, 9.1, 6.8, 6.1])
        fine = sheet.add("array.linspace", "fine", "Every half metre", start=0.0, stop=60.0, num=121)
        curve = sheet.add("interpolate.interp", x=fine["out"], xp=places["out"], fp=values["out"], method="pchip")
        sheet.add("chart.line", data=curve["out"], x=fine["out"], title="Temperature by depth")
        sheet.add("interpolate.resample", x=places["out"], y=values["out"], step=5.0)
    with sheet.frame("Through noise"):
        time = sheet.add("array.linspace", "time", "Time", start=0.0, stop=6.28, num=120)
        wave = sheet.add("array.sin", "wave", x=time["out"])
        noisy = sheet.add("random.normal", "noisy", "Measured", loc=wave["out"], scale=0.2, seed=1)
        smooth = sheet.add("interpolate.smoothing_spline", x=time["out"], y=noisy["out"])
        sheet.add("chart.line", "smooth", data=smooth["out"], x=time["out"], title="The wave below the noise")
    with sheet.frame("Gaps"):
        numbers = [3.0, 4.5, None, None, 6.0, 5.5, None, 4.0]
        table = sheet.add("table.from_columns", "readings", "Readings", names=["value"], a=numbers)
        column = sheet.add("table.column", "column", table=table["out"], name="value")
        sheet.add("interpolate.fill_gaps", a=column["out"], limit=2)
    with sheet.frame("A map of scattered points"):
        x = sheet.add("random.uniform", "east", "East", high=10.0, size=150, seed=1)
        y = sheet.add("random.uniform", "north", "North", high=10.0, size=150, seed=2)
        hill = sheet.add("array.sin", "hill", "Height", x=x["out"])
        surface = sheet.add("interpolate.griddata", x=x["out"], y=y["out"], values=hill["out"], width=80, height=80)
        sheet.add("chart.heat_map", "map", data=surface["grid"], title="Heights between the points")
