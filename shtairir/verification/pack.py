"""The whole check of a pack."""

from __future__ import annotations

import inspect
import sys
import tempfile
import tomllib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from shtairir.block.definition import BlockDefinition
from shtairir.block.packs import ENTRY_POINT_GROUP
from shtairir.block.registry import Registry
from shtairir.errors import BlockError
from shtairir.ids import BlockId
from shtairir.verification.behaviour import check_behaviour
from shtairir.verification.declared import check_declaration, check_documentation
from shtairir.verification.examples import ExampleRun, samples_of
from shtairir.verification.finding import Finding, Report
from shtairir.verification.samples import sample_inputs
from shtairir.verification.sources import check_sources


def verify(name: str, registry: Registry) -> Report:
    """Check a pack.

    Parameters
    ----------
    name
        A family, a module, a distribution, a file of blocks, or the folder of a pack that need not be installed.

    Raises
    ------
    BlockError
        When there is no such pack.
    """
    with _found(name, registry) as (blocks, keys):
        blocks.all()
        blocks.wait_for()
        ids = [block_id for key in keys for block_id in blocks.blocks_of(key)]
        found = (blocks.get(block_id) for block_id in dict.fromkeys(ids))
        definitions = [definition for definition in found if definition is not None]
        findings = [*_pack_findings(blocks, keys, definitions), *_block_findings(blocks, definitions)]
        return Report(name, tuple(definition.id for definition in definitions), tuple(findings))


@contextmanager
def _found(name: str, registry: Registry) -> Iterator[tuple[Registry, list[str]]]:
    """Yield the registry that knows a pack, and the modules or files that the pack is."""
    path = Path(name)
    if path.is_dir():
        with _on_path(path / "src", path):
            families = _announced(path)
            yield Registry(families, folders=()), list(families.values())
    elif path.suffix == ".py" and path.is_file():
        alone = Registry(folders=[path.parent])
        yield alone, [str(path.parent / path.name)]
    else:
        keys = registry.find_packs(name)
        if not keys:
            raise BlockError(
                f"There is no pack “{name}”.",
                hint=f"Name a family ({', '.join(registry.families())}), a module, a file, or the folder of a pack.",
            )
        yield registry, keys


def _announced(folder: Path) -> dict[str, str]:
    """Return the families that the project in a folder announces."""
    try:
        project = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))
        families = project["project"]["entry-points"][ENTRY_POINT_GROUP]
    except (OSError, ValueError, KeyError, TypeError):
        families = None
    if not isinstance(families, dict) or not families:
        raise BlockError(
            f"{folder} is no pack: its pyproject.toml announces no family.",
            hint=f'Add [project.entry-points."{ENTRY_POINT_GROUP}"] with FAMILY = "MODULE".',
        )
    return {str(family): str(module) for family, module in families.items()}


@contextmanager
def _on_path(*folders: Path) -> Iterator[None]:
    before = list(sys.path)
    sys.path[:0] = [str(folder.absolute()) for folder in folders if folder.is_dir()]
    try:
        yield
    finally:
        sys.path[:] = before


def _pack_findings(registry: Registry, keys: Sequence[str], definitions: list[BlockDefinition]) -> Iterator[Finding]:
    for problem in registry.problems:
        if problem.pack in keys:
            yield Finding("pack", f"{problem.pack} cannot be used. {problem.message}", fix=problem.fix)
    if not definitions and not any(problem.pack in keys for problem in registry.problems):
        yield Finding("pack", "It has no blocks.", fix="Decorate a function with @block in the module it announces.")
    families = {pack.module: pack.family for pack in registry.packs() if pack.module in keys}
    for definition in definitions:
        module = definition.function.__module__
        home = next((one for one in families if module == one or module.startswith(f"{one}.")), None)
        if home is not None and definition.family not in {
            pack.family for pack in registry.packs() if pack.module == home
        }:
            message = (
                f"its id does not begin with the family '{families[home]}', so a graph that names it finds nothing."
            )
            yield Finding(
                "declared", message, definition.id, fix=f'Give it id="{families[home]}.NAME" or that category.'
            )
    yield from check_sources(_files_of(definitions, keys))


def _files_of(definitions: Sequence[BlockDefinition], keys: Sequence[str]) -> list[Path]:
    """Return the source files of a pack: of a package all of them, else those of the blocks."""
    files = {Path(key) for key in keys if key.endswith(".py")}
    for definition in definitions:
        source = inspect.getsourcefile(inspect.unwrap(definition.function))
        if source is None:
            continue
        files.add(Path(source))
        module = sys.modules.get(_package_of(definition.function.__module__))
        if len(keys) and module is not None and hasattr(module, "__path__"):
            files |= {file for folder in module.__path__ for file in Path(folder).rglob("*.py")}
    return sorted(files)


def _package_of(module: str) -> str:
    """Return the package that is a pack: the engine's own blocks are one part of it, and it is none itself."""
    parts = module.split(".")
    return ".".join(parts[: 2 if parts[0] == __name__.partition(".")[0] else 1])


def _block_findings(registry: Registry, definitions: Sequence[BlockDefinition]) -> Iterator[Finding]:
    known = {BlockId(definition.id): definition for definition in registry.all()}
    # A folder that cannot be emptied, since a block still has a file open, is no fault of the pack's.
    with tempfile.TemporaryDirectory(prefix="shtairir-check-", ignore_cleanup_errors=True) as folder:
        example = ExampleRun(definitions, registry, Path(folder))
        yield from example.findings
        for definition in definitions:
            yield from check_declaration(definition, known)
            yield from check_documentation(definition)
            if definition.traits.pure and definition.adapt is None and definition.missing() is None:
                yield from check_behaviour(definition, samples_of(definition, example, sample_inputs(definition)))
            else:
                why = _why_not_called(definition)
                yield Finding("pure", why, definition.id, "remark")
                yield Finding("outputs", why, definition.id, "remark")


def _why_not_called(definition: BlockDefinition) -> str:
    missing = definition.missing()
    if missing is not None:
        return missing.message
    if not definition.traits.pure:
        return "it is declared impure, and was not called."
    return "its ports depend on its values, and it was not called."
