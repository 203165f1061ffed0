"""What the window remembers between sessions: recent files, theme, geometry."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal, cast

import platformdirs
from PySide6.QtCore import QByteArray, QObject, QSettings, Signal

from shtairir_ui.preferences import THEME, Preference, Value

ThemeChoice = Literal["light", "dark", "system"]
RECENT_LIMIT = 10


def default_path() -> Path:
    """The settings file in the user's configuration folder."""
    return Path(platformdirs.user_config_dir("shtairir")) / "window.ini"


class Settings(QObject):
    """The remembered settings, in an INI file of their own; all windows of the program share one object.

    Parameters
    ----------
    path
        The file; it is made when something is first remembered.
    """

    changed = Signal(str)
    """A preference has another value now; says its key."""

    def __init__(self, path: Path | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store = QSettings(str(path or default_path()), QSettings.Format.IniFormat)

    @property
    def file(self) -> str:
        """Where it is all written."""
        return self._store.fileName()

    def value(self, preference: Preference) -> Value:
        """What a person has set, or the default."""
        return preference.read(self._store.value(preference.key, preference.default))

    def set_value(self, preference: Preference, value: Value) -> None:
        """Set a preference; who obeys it hears of it at once."""
        value = preference.read(value)
        if value == self.value(preference):
            return
        if value == preference.default:
            self._store.remove(preference.key)
        else:
            self._store.setValue(preference.key, value)
        self.changed.emit(preference.key)

    def keys(self, command: str) -> list[str] | None:
        """The keys that a person gave a command, none perhaps; ``None`` if it has those it came with."""
        stored = self._store.value(f"keys/{command}")
        return None if stored is None else [keys for keys in _texts(stored) if keys]

    def set_keys(self, command: str, keys: list[str] | None) -> None:
        """Give a command keys, or those back that it came with."""
        if keys is None:
            self._store.remove(f"keys/{command}")
        else:
            self._store.setValue(f"keys/{command}", keys or [""])
        self.changed.emit(f"keys/{command}")

    @property
    def recent_commands(self) -> list[str]:
        """The names of commands chosen in the palette, the latest first."""
        return self._texts("palette/recent")

    def remember_command(self, name: str, most: int) -> None:
        """Put a command at the top of those used lately."""
        others = [other for other in self.recent_commands if other != name]
        self._store.setValue("palette/recent", [name, *others][:most])

    @property
    def block_uses(self) -> tuple[dict[str, float], list[str]]:
        """How often each block was placed, and those placed last."""
        try:
            counts = json.loads(str(self._store.value("palette/uses", "{}")))
            return {str(name): float(count) for name, count in counts.items()}, self._texts("palette/late")
        except (ValueError, TypeError, AttributeError):
            return {}, []

    def remember_block_uses(self, counts: Mapping[str, float], late: Sequence[str]) -> None:
        """Remember which blocks were placed."""
        self._store.setValue("palette/uses", json.dumps(dict(counts)))
        self._store.setValue("palette/late", list(late))

    @property
    def recent(self) -> list[Path]:
        """Recently opened files that still exist, the newest first."""
        return [path for path in map(Path, self._texts("files/recent")) if path.exists()]

    def remember_file(self, path: Path) -> None:
        """Put a file at the top of the recent ones."""
        path = path.resolve()
        others = [other for other in self.recent if other != path]
        self._store.setValue("files/recent", [str(item) for item in [path, *others][:RECENT_LIMIT]])

    def forget_files(self) -> None:
        """Empty the list of recent files."""
        self._store.remove("files/recent")

    @property
    def theme(self) -> ThemeChoice:
        """The chosen theme; follows the system until one is chosen."""
        return cast(ThemeChoice, self.value(THEME))

    @theme.setter
    def theme(self, choice: ThemeChoice) -> None:
        self.set_value(THEME, choice)

    def state(self, name: str) -> QByteArray | None:
        """A remembered geometry or splitter state."""
        stored = self._store.value(f"layout/{name}")
        return stored if isinstance(stored, QByteArray) and not stored.isEmpty() else None

    def remember_state(self, name: str, state: QByteArray) -> None:
        """Remember a geometry or splitter state."""
        self._store.setValue(f"layout/{name}", state)

    @property
    def hidden(self) -> list[str]:
        """The names of the panels that are folded away."""
        return self._texts("layout/hidden")

    def set_hidden(self, names: list[str]) -> None:
        """Remember which panels are folded away."""
        self._store.setValue("layout/hidden", names)

    def _texts(self, name: str) -> list[str]:
        return _texts(self._store.value(name))

    def sync(self) -> None:
        """Write everything to the file now."""
        self._store.sync()


def _texts(stored: object) -> list[str]:
    if isinstance(stored, str):  # an INI file does not tell a list of one from its item
        return [stored]
    return [str(item) for item in stored] if isinstance(stored, list) else []
