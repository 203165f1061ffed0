"""Draw the pictures of the guides anew, by the command that anybody can use: ``shtairir edit --screenshot``.

And those on the cards of the welcome page: what comes out of each example, from a run of it.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from PySide6.QtGui import QImage

ROOT = Path(__file__).parent.parent
IMAGES = ROOT / "docs" / "images"
COINS = ROOT / "assets" / "shtairir_assets" / "examples" / "coins.shtairir"
PICTURES = {
    "editor.png": ["--run", "--theme", "dark"],
    "editor-light.png": ["--run", "--theme", "light"],
    "canvas.png": ["--run", "--theme", "light", "--canvas"],
    "welcome.png": ["--theme", "dark", "--welcome"],
}
CARDS = {
    "coins": "numbers.out",
    "penguins": "bills.out",
    "flights": "storm.out",
    "bake_off": "chart.out",
    "contact_sheet": "heading.out",
    "ecg": "beats.out",
}
CARD_SIZE = (560, 320)
CHART_SIZE = (700, 400)


def main() -> None:
    """Draw each picture, with the graph run."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    os.environ["SHTAIRIR_CACHE_PATH"] = ""  # the times of nodes are to be seen, not that they were cached
    draw_cards()
    plan = [sys.executable, "-m", "shtairir.cli", "plan", str(COINS), "--svg", "--output", str(IMAGES / "plan.svg")]
    subprocess.run(plan, check=True)
    for name, options in PICTURES.items():
        command = [sys.executable, "-m", "shtairir.cli", "edit"]
        graph = [] if "--welcome" in options else [str(COINS)]
        options = [option for option in options if option != "--welcome"]
        subprocess.run([*command, *graph, *options, "--screenshot", str(IMAGES / name)], check=True)


def draw_cards() -> None:
    """Run the examples that are shown first, and keep a picture of what comes out of each."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from PySide6.QtWidgets import QApplication

    import shtairir
    from shtairir_assets.examples import shown_examples

    app = QApplication([])
    for example in shown_examples():
        result = shtairir.run(shtairir.load(example.path))
        example.picture.parent.mkdir(exist_ok=True)
        drawn(result[CARDS[example.name]]).save(str(example.picture))
    app.quit()


def drawn(value: Any) -> QImage:
    """A picture of a result: a chart is drawn small, so that its lines can be seen on a card."""
    from PySide6.QtCore import QSize, Qt

    from shtairir_ui.preview import thumbnail
    from shtairir_ui.preview.figure_render import render
    from shtairir_ui.preview.pixels import qimage

    if not hasattr(value, "savefig"):
        picture = thumbnail(value, QSize(*CARD_SIZE), "image")
        assert picture is not None, "a picture is made of each"
        return picture
    return qimage(render(value, *CHART_SIZE)).scaled(
        QSize(*CARD_SIZE), Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
    )


if __name__ == "__main__":
    main()
