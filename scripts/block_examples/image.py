"""Every block of images."""

from scripts.block_examples.sheet import Sheet

TITLE = "Image blocks"
DESCRIPTION = "Each block for images at work, on a cup of coffee and on coins that are counted."


def fill(sheet: Sheet) -> None:
    """Add the nodes."""
    _colour(sheet)
    _geometry(sheet)
    _filter(sheet)
    _coins(sheet)
    _compose(sheet)


def _colour(sheet: Sheet) -> None:
    with sheet.frame("Colour"):
        cup = sheet.add("io.read_image", "cup", "Coffee", path="data/photos/coffee.jpg")
        sheet.add("image.adjust", image=cup["out"], contrast=1.2, saturation=1.3)
        sheet.add("image.stretch", image=cup["out"])
        sheet.add("image.equalize", image=cup["out"])
        sheet.add("image.invert", image=cup["out"])
        gray = sheet.add("image.to_gray", image=cup["out"])
        sheet.add("image.to_rgb", image=gray["out"])
        parts = sheet.add("image.split_channels", image=cup["out"])
        values = {"red": parts["blue"], "green": parts["green"], "blue": parts["red"]}
        sheet.add("image.merge_channels", title="Red and blue swapped", **values)


def _geometry(sheet: Sheet) -> None:
    with sheet.frame("Geometry"):
        cat = sheet.add("io.read_image", "cat", "Cat", path="data/photos/chelsea.jpg")
        sheet.add("image.resize", image=cat["out"], width=96)
        sheet.add("image.crop", image=cat["out"], left=40, top=10, width=64, height=64)
        sheet.add("image.rotate", image=cat["out"], angle=15.0)
        sheet.add("image.flip", image=cat["out"], direction="horizontal")
        sheet.add("image.pad", image=cat["out"], mode="mirror")


def _filter(sheet: Sheet) -> None:
    with sheet.frame("Filter"):
        rocket = sheet.add("io.read_image", "rocket", "Rocket", path="data/photos/rocket.jpg")
        sheet.add("image.gaussian_blur", image=rocket["out"], sigma=2.0)
        sheet.add("image.median", image=rocket["out"], size=5)
        sheet.add("image.sharpen", image=rocket["out"], amount=1.5)
        sheet.add("image.edges", image=rocket["out"], method="sobel")
        sheet.add("image.remove_background", image=rocket["out"], radius=20.0)


def _coins(sheet: Sheet) -> None:
    with sheet.frame("Count coins"):
        coins = sheet.add("io.read_image", "coins", "Coins", path="data/coins.png")
        even = sheet.add("image.remove_background", "even", "Even light", image=coins["out"], radius=40.0)
        mask = sheet.add("image.threshold", image=even["out"], method="otsu")
        full = sheet.add("image.fill_holes", mask=mask["mask"])
        clean = sheet.add("image.morphology", mask=full["out"], operation="open", radius=3.0)
        large = sheet.add("image.remove_small_objects", mask=clean["out"], smallest=200)
        inside = sheet.add("image.clear_border", mask=large["out"])
        labels = sheet.add("image.label", mask=inside["out"])
        chosen = sheet.add("image.select_objects", labels=labels["labels"], smallest=400)
        found = sheet.add("image.measure", labels=chosen["labels"], image=coins["out"])
        lined = sheet.add("image.outline", image=coins["out"], labels=chosen["labels"])
        sheet.add("image.annotate", image=lined["out"], table=found["out"], column="label")
        sheet.add("image.color_labels", labels=labels["labels"])
        sheet.add("image.split_touching", mask=large["out"], min_distance=10)
        sheet.add("image.adaptive_threshold", image=coins["out"], size=51)


def _compose(sheet: Sheet) -> None:
    with sheet.frame("Compose"):
        base = sheet.add("io.read_image", "base", "Coffee", path="data/photos/coffee.jpg")
        soft = sheet.add("image.gaussian_blur", "soft", "Soft", image=base["out"], sigma=6.0)
        sheet.add("image.blend", base=base["out"], top=soft["out"], mode="screen", opacity=0.6)
        bright = sheet.add("image.threshold", "bright", "Bright parts", image=base["out"])
        sheet.add("image.apply_mask", image=base["out"], mask=bright["mask"])
        sheet.add("image.draw_text", image=base["out"], text="Coffee", size=28.0, outlined=True)
        photos = sheet.add("io.read_images", "photos", "Photographs", paths="data/photos")
        sheet.add("image.contact_sheet", images=photos["out"], columns=3, size=120)
