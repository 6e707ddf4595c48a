"""The files that ``-o DIR`` answers: files, patterns and folders, and what their answers are called."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from lstmcli.cli import foreign_names
from lstmcli.errors import DataError, UsageError


class Named(NamedTuple):
    path: Path
    name: str
    """Where its answers are in the folder, without their form: for what a folder or a pattern finds, with its folders
    from there on."""


def find(specs: Sequence[str], folder: Path) -> list[Named]:
    """The files of ``specs``: paths, patterns such as ``"logs/**/*.txt"``, and folders.

    Args:
        folder: of the answers.

    Raises:
        UsageError, DataError: there are none, two have the same name, or answers would be among them.
    """
    found = [each for spec in specs for each in _named(spec)]
    if not found:
        hint = f'name some, or a pattern: "logs/*.txt"; without -o {foreign_names.TO_FILE}'
        raise UsageError("-o needs files to answer", hint=hint)
    inside = folder.resolve()
    names: dict[str, Path] = {}
    for path, name in found:
        if inside in path.resolve().parents:
            raise UsageError(f"{str(path)!r} is in the folder of the answers", hint="name another folder with -o")
        if names.setdefault(name, path) != path:
            both = f"{str(names[name])!r} and {str(path)!r}"
            raise UsageError(f"two files are called {name!r}: {both}", hint="give each a folder of its own with -o")
    return [Named(path, name) for name, path in names.items()]


def _named(spec: str) -> Iterator[Named]:
    path = Path(spec)
    if path.is_dir():
        files = _in_folder(path)
        if not files:
            raise DataError("no file in this folder has a name as data have", path=spec, hint='name them: "folder/*"')
        yield from (Named(each, each.relative_to(path).as_posix()) for each in files)
    elif path.is_file():
        yield Named(path, path.name)
    elif path.exists():
        raise UsageError(f"-o answers files, and {spec!r} is none", hint="without -o pipes are read, too")
    elif not glob.has_magic(spec):
        from lstmcli.data.locate import missing

        raise missing(spec)
    elif matching := sorted(filter(os.path.isfile, glob.glob(spec, recursive=True))):  # noqa: PTH207
        start = _before_pattern(path)
        yield from (Named(Path(each), Path(each).relative_to(start).as_posix()) for each in matching)
    else:
        raise DataError("no file matches this pattern", path=spec)


def _in_folder(folder: Path) -> list[Path]:
    """Files that are tables or texts by their names, in this folder and those in it; none that begin with . or _."""
    from lstmcli.data.formats.folder import data_files

    below = sorted(path for path in folder.iterdir() if path.is_dir() and not path.name.startswith((".", "_")))
    return [*data_files(folder), *(file for path in below for file in _in_folder(path))]


def _before_pattern(path: Path) -> Path:
    """The folder that a pattern starts from."""
    start = Path(path.anchor)
    for part in path.parts[len(start.parts) :]:
        if glob.has_magic(part):
            break
        start /= part
    return start
