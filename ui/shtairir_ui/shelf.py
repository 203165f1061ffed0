"""What a person keeps at hand: favourite blocks, and templates, which are nodes to be used again.

Both are JSON files beside the settings: ``favourites.json``, and one file for each template in ``templates/``, which
holds the same text as the clipboard does when nodes are copied. So a template can be sent to somebody else.
"""

from __future__ import annotations

import json
import logging
import re
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal

log = logging.getLogger(__name__)

_SUFFIX = ".json"
_NAME_AT_MOST = 80


@dataclass(frozen=True, slots=True)
class Template:
    """Nodes to be used again.

    Attributes
    ----------
    text
        The nodes, as the clipboard holds them.
    """

    name: str
    text: str
    nodes: int


class Shelf(QObject):
    """The favourites and templates of one person.

    Parameters
    ----------
    folder
        Where the files are; it is made when something is first kept.
    """

    changed = Signal()

    def __init__(self, folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._folder = folder
        self._favourites: list[str] | None = None
        self._templates: dict[str, Template] | None = None

    # -- favourites ----------------------------------------------------------------------------

    @property
    def favourites(self) -> tuple[str, ...]:
        """The ids of favourite blocks, in the order in which they were chosen."""
        if self._favourites is None:
            self._favourites = _read_favourites(self._folder / "favourites.json")
        return tuple(self._favourites)

    def toggle(self, block: str) -> None:
        """Make a block a favourite, or no longer."""
        kept = list(self.favourites)
        self._favourites = [one for one in kept if one != block] if block in kept else [*kept, block]
        _write(self._folder / "favourites.json", json.dumps({"blocks": self._favourites}, indent=2) + "\n")
        self.changed.emit()

    # -- templates -----------------------------------------------------------------------------

    @property
    def templates(self) -> tuple[Template, ...]:
        """The templates, by name."""
        return tuple(self._known().values())

    def template(self, name: str) -> Template | None:
        """The template of a name."""
        return self._known().get(name)

    def keep(self, name: str, text: str) -> str:
        """Keep nodes as a template; return the name that it has: a number is added to one that is taken."""
        wish = fitting_name(name)
        known = self._known()
        free = next(one for number in range(1, len(known) + 2) if (one := _numbered(wish, number)) not in known)
        _write(self._file(free), text)
        self._forget()
        return free

    def rename(self, name: str, new: str) -> None:
        """Give a template another name."""
        wish = fitting_name(new)
        if name in self._known() and wish not in self._known():
            self._file(name).rename(self._file(wish))
            self._forget()

    def discard(self, name: str) -> None:
        """Remove a template."""
        if name in self._known():
            self._file(name).unlink(missing_ok=True)
            self._forget()

    def _known(self) -> dict[str, Template]:
        if self._templates is None:
            files = sorted((self._folder / "templates").glob(f"*{_SUFFIX}"))
            found = (_read_template(file) for file in files)
            self._templates = {one.name: one for one in found if one is not None}
        return self._templates

    def _file(self, name: str) -> Path:
        return self._folder / "templates" / f"{name}{_SUFFIX}"

    def _forget(self) -> None:
        self._templates = None
        self.changed.emit()


def fitting_name(text: str) -> str:
    """Return a name that can be a file's on any system.

    Examples
    --------
    >>> fitting_name(" Clean / up? "), fitting_name("..")
    ('Clean up', 'Template')
    """
    kept = re.sub(r"[^\w .,()+-]", " ", text)
    return " ".join(kept.split()).strip(". ")[:_NAME_AT_MOST] or "Template"


def _numbered(name: str, number: int) -> str:
    return name if number == 1 else f"{name} {number}"


def _read_favourites(file: Path) -> list[str]:
    try:
        record = json.loads(file.read_text(encoding="utf-8"))
        return [block for block in record["blocks"] if isinstance(block, str)]
    except FileNotFoundError:
        return []
    except (OSError, ValueError, KeyError, TypeError) as error:
        log.warning("The favourites in %s cannot be read: %s", file, error)
        return []


def _read_template(file: Path) -> Template | None:
    try:
        text = file.read_text(encoding="utf-8")
        return Template(file.stem, text, len(json.loads(text)["nodes"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        log.warning("The template in %s cannot be read: %s", file, error)
        return None


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    new = file.with_suffix(".new")
    new.write_text(text, encoding="utf-8")
    new.replace(file)
