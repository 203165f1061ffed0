"""Settings in a file, to take them to another machine."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from PySide6.QtGui import QKeySequence

from shtairir_ui.preferences import Preference
from shtairir_ui.settings import Settings

FORMAT, VERSION = "shtairir-settings", 1


class SettingsFileError(Exception):
    """A file does not hold settings; its text is for people."""


def written_settings(settings: Settings, preferences: Iterable[Preference], commands: Iterable[str]) -> dict[str, Any]:
    """Return what differs from the defaults, as it is written to a file."""
    values = {one.key: settings.value(one) for one in preferences if settings.value(one) != one.default}
    keys = {name: given for name in commands if (given := settings.keys(name)) is not None}
    return {"format": FORMAT, "version": VERSION, "preferences": values, "keys": keys}


def read_settings(path: Path, settings: Settings, preferences: Iterable[Preference], commands: Iterable[str]) -> None:
    """Set everything as a file says; what it says nothing of gets its default.

    Raises
    ------
    SettingsFileError
        If the file cannot be read, or holds something else. Nothing has been changed then.
    """
    values, keys = _read(path)
    for one in preferences:
        settings.set_value(one, one.read(values.get(one.key, one.default)))
    for name in commands:
        given = keys.get(name)
        if given != settings.keys(name):
            settings.set_keys(name, given)


def _read(path: Path) -> tuple[dict[str, Any], dict[str, list[str]]]:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        if document["format"] != FORMAT or document["version"] != VERSION:
            raise SettingsFileError(f"{path.name} holds no settings that this version can read.")
        values = dict(document["preferences"])
        keys = {str(name): [str(one) for one in given] for name, given in document["keys"].items()}
    except OSError as error:
        raise SettingsFileError(f"{path.name} cannot be read: {error.strerror or error}.") from None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise SettingsFileError(f"{path.name} holds no settings.") from None
    unknown = [one for given in keys.values() for one in given if QKeySequence(one).isEmpty()]
    if unknown:
        raise SettingsFileError(f"{path.name} names keys that do not exist: {', '.join(unknown[:3])}.")
    return values, keys
