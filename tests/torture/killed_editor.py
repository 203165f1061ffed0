"""A window that edits without a pause until it is killed: ``python killed_editor.py FOLDER GRAPH``. It is no test.

Each edit sets the next number as the value of one node, moves it and now and then adds another. What was done when is
written into the file ``log`` of the folder, so that a test can tell how much a kill took.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

FOLDER, GRAPH = Path(sys.argv[1]), Path(sys.argv[2])
PAUSE_MS = 5


def note(line: str) -> None:
    """Add a line to the log, in one call: a kill leaves all of it or nothing."""
    with open(FOLDER / "log", "ab", buffering=0) as file:
        file.write(f"{line}\n".encode())


def main() -> None:
    """Edit for ever."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication

    from shtairir.ids import NodeId
    from shtairir_ui.settings import Settings
    from shtairir_ui.window import MainWindow

    app = QApplication([])
    window = MainWindow(settings=Settings(FOLDER / "window.ini"))
    window.files.show_file(GRAPH, remember=False)
    window.show()
    counter = NodeId("counter")
    number = int(window.editor.graph.nodes[counter].values.get("value", 0))  # type: ignore[call-overload]

    def edit() -> None:
        nonlocal number
        number += 1
        window.editor.set_value(counter, "value", number)
        window.editor.move({counter: (float(number % 500), 0.0)})
        if number % 40 == 0:
            window.editor.add_block("math.number", float(number), 200.0)
        note(f"{number} {time.time()}")

    timer = QTimer(interval=PAUSE_MS)
    timer.timeout.connect(edit)
    timer.start()
    app.exec()


if __name__ == "__main__":
    main()
