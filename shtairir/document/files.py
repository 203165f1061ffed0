"""Graph files that are used as blocks in other graphs: ``file:clean.shtairir``."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from shtairir.block.interface import Interface
from shtairir.block.ports import MISSING, InputPort, OutputPort
from shtairir.document.model import NamedResult, Parameter
from shtairir.document.paths import absolute_path
from shtairir.document.references import FILE
from shtairir.errors import DocumentError
from shtairir.ids import PortName

if TYPE_CHECKING:
    from shtairir.block.registry import Registry
    from shtairir.document.snapshot import Snapshot

_MOST_FILES = 256
MOST_NESTED = 50
"""How deep files, or definitions, are followed into each other for how an input is set by hand."""

_Stamp = tuple[int, int, int]
_read: dict[Path, tuple[_Stamp, Snapshot | DocumentError]] = {}
_interfaces: dict[Path, Interface] = {}


class _Open(threading.local):
    """The files whose interface is being worked out in this thread; a file that contains itself comes back to one."""

    def __init__(self) -> None:
        self.files: tuple[Path, ...] = ()


_open = _Open()


def file_of(graph: Snapshot, block: str) -> Path:
    """Return the file that a block such as ``file:clean.shtairir`` means."""
    return absolute_path(block.removeprefix(FILE), graph.base_dir)


def file_snapshot(graph: Snapshot, block: str) -> Snapshot:
    """Return the graph in the file that a block means; it is read again when the file has changed.

    Raises
    ------
    DocumentError
        When it cannot be read or used.
    """
    path = file_of(graph, block)
    try:
        status = path.stat()
    except (OSError, ValueError):
        raise DocumentError("There is no such file.", path=path) from None
    stamp = (status.st_mtime_ns, status.st_size, status.st_ino)
    known = _read.get(path)
    if known is None or known[0] != stamp:
        if len(_read) >= _MOST_FILES:
            _read.clear()
        known = _read[path] = (stamp, _loaded(path))
    if isinstance(known[1], DocumentError):
        raise known[1].with_traceback(None)
    return known[1]


def _loaded(path: Path) -> Snapshot | DocumentError:
    from shtairir.block.registry import default_registry
    from shtairir.document.store import load
    from shtairir.document.upgrading import upgrade

    try:
        graph = load(path)
        upgrade(graph, default_registry())
        return graph.snapshot()
    except DocumentError as error:
        return error


def file_interface(graph: Snapshot, block: str, registry: Registry) -> Interface | None:
    """Return the interface of a graph file: its interface nodes, then its parameters, then its results.

    Raises
    ------
    DocumentError
        When it cannot be read or used.
    """
    file = file_snapshot(graph, block)
    path = file_of(graph, block)
    if path in _open.files:
        return None
    if len(_open.files) >= MOST_NESTED:
        raise DocumentError(f"The files are nested in each other more than {MOST_NESTED} deep.", path=path)
    with _opened(path):
        found = _interface(file, registry)
    # The same object for the same interface, so that what was made from it is found again.
    known = _interfaces.get(path)
    if known is None or _key(known) != _key(found):
        known = _interfaces[path] = found
    return known


@contextmanager
def _opened(path: Path) -> Iterator[None]:
    before = _open.files
    _open.files = (*before, path)
    try:
        yield
    finally:
        _open.files = before


def _key(interface: Interface) -> object:
    """What tells interfaces apart; defaults by their text, since an array cannot be compared like other values."""
    inputs = [(replace(port, default=None), repr(port.default)) for port in interface.inputs]
    return inputs, interface.outputs, interface.title, interface.help


def _interface(file: Snapshot, registry: Registry) -> Interface:
    from shtairir.document.definitions import own_interface

    title = file.name if file.name != "untitled" or file.path is None else file.path.stem
    own = own_interface(file, title, registry)
    inputs = {port.name: port for port in own.inputs}
    outputs = {port.name: port for port in own.outputs}
    for parameter in file.parameters:
        port = _input(file, parameter, registry)
        if port is not None:
            inputs.setdefault(port.name, port)
    for result in file.results:
        made = _output(file, result, registry)
        if made is not None:
            outputs.setdefault(made.name, made)
    return Interface(tuple(inputs.values()), tuple(outputs.values()), own.title, own.help)


def _input(file: Snapshot, parameter: Parameter, registry: Registry) -> InputPort | None:
    found = file.find(parameter.target.node)
    if found is None:
        return None
    scope, node = found
    definition = scope.definition(node, registry)
    port = definition.input(parameter.target.port) if definition is not None else None
    if port is None:
        return None
    required, default = port.required, port.default
    if port.name in node.values:
        try:
            required, default = False, port.parse(node.values[port.name])
        except (ValueError, TypeError):
            required, default = True, MISSING
    return replace(worded(port, parameter), name=PortName(parameter.name), required=required, default=default)


def worded(port: InputPort, parameter: Parameter) -> InputPort:
    """Return an input as whoever publishes it words it: title, help and range."""
    bounds = parameter.range
    return replace(
        port,
        param=port.param if bounds is None else replace(port.param, ge=bounds[0], le=bounds[1]),
        help=parameter.help or port.help,
        label=parameter.title or parameter.name.replace("_", " "),
    )


def _output(file: Snapshot, result: NamedResult, registry: Registry) -> OutputPort | None:
    found = file.find(result.source.node)
    if found is None:
        return None
    scope, node = found
    definition = scope.definition(node, registry)
    port = definition.output(result.source.port) if definition is not None else None
    if port is None:
        return None
    label = result.title or result.name.replace("_", " ")
    return OutputPort(PortName(result.name), port.type, result.help or port.help, label)
