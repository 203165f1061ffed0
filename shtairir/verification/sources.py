"""What a pack's source files import: nothing that reads or writes pickles, whose reading runs what they say."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

from shtairir.verification.finding import Finding

_MODULES = frozenset({"pickle", "_pickle", "cPickle", "dill", "cloudpickle", "shelve", "marshal", "joblib"})
_CALLS = frozenset({"read_pickle", "to_pickle"})


def check_sources(files: Iterable[Path]) -> Iterator[Finding]:
    """Find uses of pickles in source files."""
    for file in files:
        try:
            tree = ast.parse(file.read_bytes(), str(file))
        except (OSError, SyntaxError, ValueError) as error:
            yield Finding("pack", f"{file} cannot be read: {error}.")
            continue
        for line, what in sorted(set(_pickles_in(tree))):
            yield Finding(
                "pack",
                f"{file}, line {line}: {what}.",
                fix="Keep values as arrays (.npy without pickles), tables (Arrow, Parquet) or JSON.",
            )


def _pickles_in(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or ""] if not node.level else []
        else:
            names = []
        for name in names:
            if name.partition(".")[0] in _MODULES:
                yield node.lineno, f"{name} is imported, which reads and writes pickles"  # type: ignore[attr-defined]
        if isinstance(node, ast.Attribute) and node.attr in _CALLS:
            yield node.lineno, f"{node.attr} is used"
        if isinstance(node, ast.keyword) and node.arg == "allow_pickle" and _is_true(node.value):
            yield node.value.lineno, "allow_pickle=True is used"


def _is_true(node: ast.expr) -> bool:
    return not (isinstance(node, ast.Constant) and not node.value)
