"""Write a model in a form that other programs read."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any, NamedTuple

from lstmcli.errors import UsageError
from lstmcli.exporting.page_file import replaceable_page, write_page
from lstmcli.exporting.results import FORMATS, PAGE, Exported, ExportedFile
from lstmcli.model_dir.atomic import replaceable, write_directory
from lstmcli.model_dir.directory import read_model, retry_if_replaced
from lstmcli.safe_files import read_plain

CONTENTS = "export.json"
"""The file that lists the others.  A directory with it is an export and may be replaced by another."""
MAX_CONTENTS = 1 << 16  # bytes of it


OPTIONS = {PAGE: ("texts", "beside"), "hf": ("language", "licence")}
"""Options that only one format has."""


class File(NamedTuple):
    """A file to be written."""

    name: str
    data: bytes
    about: str


def export(
    path: str | Path, to: str, output: str | os.PathLike[str] | None = None, *, force: bool = False, **options: Any
) -> Exported:
    """Write an export of a model as a directory, or a page as one file, whole or not at all.

    Args:
        to: one of ``FORMATS``.
        output: the directory or page; None: ``NAME-FORMAT``, or ``NAME.html``, in the working directory, where NAME is
            the model's.
        force: replace an export that is there already.
        options: those of the format, in ``OPTIONS``.

    Raises:
        ModelError: the model is missing, damaged or too new.
        UsageError: there is no such format, or models of this task cannot be exported to it.
        OutputError: the directory cannot be written, or holds something else.
    """
    if to not in FORMATS:
        raise UsageError(f"there is no export to {to!r}", hint=f"the formats are {', '.join(FORMATS)}")
    own = {name: value for name, value in options.items() if value}
    if other := next((name for name in own if name not in OPTIONS.get(to, ())), None):
        theirs = next((format for format, names in OPTIONS.items() if other in names), None)
        if theirs is None:
            raise UsageError(f"there is no option {other!r}", hint=f"{to} has {', '.join(OPTIONS.get(to, ('none',)))}")
        raise UsageError(f"--{other} applies to --to {theirs}, not to {to}")
    name = Path(path).absolute().name
    target = Path(output or (f"{name}.{to}" if to == PAGE else f"{name}-{to}"))
    if to == PAGE:
        real = replaceable_page(target, force=force)
    else:
        real = replaceable(target, "an export", _listed, force=force)

    files = made(path, to, **own)
    if to == PAGE:
        write_page(real, files[0].data)
        return Exported(str(path), str(target), to, (ExportedFile(real.name, len(files[0].data), files[0].about),))
    listed = tuple(ExportedFile(file.name, len(file.data), file.about) for file in files)
    contents = json.dumps({"to": to, "files": [file.name for file in files]}, indent=2) + "\n"
    whole = {file.name: file.data for file in files} | {CONTENTS: contents.encode()}
    write_directory(real, whole, replace=force)
    return Exported(str(path), str(target), to, listed)


def made(path: str | Path, to: str, **options: Any) -> list[File]:
    """The files of an export, not written.  Raises: ModelError, UsageError, as ``export``."""

    def build() -> list[File]:
        model = read_model(path)
        make: Callable[..., list[File]] = model.task.feature(f"export --to {to}")
        return make(model, **options)

    return retry_if_replaced(path, build)


def _listed(directory: Path, names: Collection[str]) -> Collection[str] | None:
    """The files of an export, by its list of them; None for another directory."""
    if CONTENTS not in names:
        return None
    try:
        return [CONTENTS, *json.loads(read_plain(directory / CONTENTS, MAX_CONTENTS))["files"]]
    except (ValueError, KeyError, TypeError):
        return None
