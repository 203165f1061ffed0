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
    _regions(sheet)
    _register(sheet)
    _restore(sheet)


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


def _regions(sheet: Sheet) -> None:
    with sheet.frame("Regions"):
        coins = sheet.add("io.read_image", "heap", "Coins", path="data/coins.png")
        sheet.add("image.slic", image=coins["out"], n_segments=60)
        found = sheet.add("image.adaptive_threshold", "found", "Objects", image=coins["out"], size=51)
        whole = sheet.add("image.fill_holes", "whole", mask=found["out"])
        depth = sheet.add("image.distance_transform", mask=whole["out"])
        sheet.add("image.skeletonize", mask=whole["out"])
        middles = sheet.add("array.greater", "middles", "Middles", x1=depth["out"], x2=4.0)
        numbered = sheet.add("image.label", "numbered", "Numbered", mask=middles["out"])
        relief = sheet.add("image.edges", "relief", "Edges", image=coins["out"])
        sheet.add("image.watershed", image=relief["out"], markers=numbered["labels"])
        sheet.add("image.random_walker", image=coins["out"], labels=numbered["labels"], beta=500.0)


def _register(sheet: Sheet) -> None:
    with sheet.frame("Lay on one another"):
        first = sheet.add("io.read_image", "first", "Coins", path="data/coins.png")
        matrix = [[0.995, -0.087, 14], [0.087, 0.995, -9], [0, 0, 1]]
        turned = sheet.add("array.constant", "turn", "A turn by 5°", value=matrix)
        second = sheet.add("image.warp", image=first["out"], matrix=turned["out"])
        sheet.add("image.align", reference_image=first["out"], moving_image=second["out"], transform="euclidean")
        moved = sheet.add("array.constant", "move", "A move", value=[[1, 0, 6.5], [0, 1, -4], [0, 0, 1]])
        third = sheet.add("image.warp", "third", "Moved", image=first["out"], matrix=moved["out"])
        sheet.add("image.phase_cross_correlation", reference_image=first["out"], moving_image=third["out"])


def _restore(sheet: Sheet) -> None:
    with sheet.frame("Restore"):
        sharp = sheet.add("io.read_image", "sharp", "Rocket", path="data/photos/rocket.jpg")
        psf = sheet.add("image.point_spread", shape="motion", radius=3.0, angle=20.0)
        blurred = sheet.add("image.convolve", image=sharp["out"], kernel=psf["out"])
        sheet.add("image.richardson_lucy", image=blurred["out"], psf=psf["out"], num_iter=15)
        gray = sheet.add("image.to_gray", "light", "Light", image=sharp["out"])
        noisy = sheet.add("random.normal", "noise", "With noise", loc=gray["out"], scale=0.05, seed=1)
        limited = sheet.add("array.clip", "limited", a=noisy["out"], a_min=0.0, a_max=1.0)
        sheet.add("image.denoise", image=limited["out"])
        glare = sheet.add("image.threshold", "glare", "Glare", image=gray["out"], method="manual", level=0.97)
        sheet.add("image.inpaint", image=gray["out"], mask=glare["mask"])
