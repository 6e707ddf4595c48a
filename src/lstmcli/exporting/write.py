"""Write a model in a form that other programs read."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from lstmcli.errors import OutputError, UsageError
from lstmcli.exporting.results import FORMATS, Exported, ExportedFile
from lstmcli.model_dir.atomic import write_directory
from lstmcli.model_dir.directory import ModelDir, read_model, retry_if_replaced
from lstmcli.safe_files import check_links

CONTENTS = "export.json"
"""The file that lists the others.  A directory with it is an export and may be replaced by another."""
_ELSEWHERE = "choose another place with -o/--output"


class File(NamedTuple):
    """A file to be written."""

    name: str
    data: bytes
    about: str


def export(path: str | Path, to: str, output: str | Path | None = None, *, force: bool = False) -> Exported:
    """Write an export of a model as a directory, whole or not at all.

    Args:
        to: one of ``FORMATS``.
        output: the directory; None: ``NAME-FORMAT`` in the working directory, where NAME is the model's.
        force: replace an export that is there already.

    Raises:
        ModelError: the model is missing, damaged or too new.
        UsageError: there is no such format, or models of this task cannot be exported to it.
        OutputError: the directory cannot be written, or holds something else.
    """
    if to not in FORMATS:
        raise UsageError(f"there is no export to {to!r}", hint=f"the formats are {', '.join(FORMATS)}")
    target = Path(output or f"{Path(path).absolute().name}-{to}")
    real = _replaceable(target, force)

    def build() -> list[File]:
        model = read_model(path)
        make: Callable[[ModelDir], list[File]] = model.task.feature(f"export --to {to}")
        return make(model)

    files = retry_if_replaced(path, build)
    listed = tuple(ExportedFile(file.name, len(file.data), file.about) for file in files)
    contents = json.dumps({"to": to, "files": [file.name for file in files]}, indent=2) + "\n"
    whole = {file.name: file.data for file in files} | {CONTENTS: contents.encode()}
    write_directory(real, whole, replace=force)
    return Exported(str(path), str(target), to, listed)


def _replaceable(target: Path, force: bool) -> Path:
    """The target with links resolved.  Raises: OutputError, unless it is absent, empty, or an export to replace."""
    check_links(target)
    real = Path(os.path.realpath(target))
    if not os.path.lexists(real):
        return real
    if not real.is_dir():
        raise OutputError("is a file; an export is a directory", path=target, hint=_ELSEWHERE)
    try:
        names = {entry.name for entry in real.iterdir()}
        if not names:
            return real
        listed = json.loads((real / CONTENTS).read_bytes())["files"] if CONTENTS in names else []
        foreign = sorted(names - {CONTENTS, *listed})
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise OutputError("is not empty and is not an export", path=target, hint=_ELSEWHERE) from error
    if foreign:
        raise OutputError(f"holds more than an export: {', '.join(foreign[:3])}", path=target, hint=_ELSEWHERE)
    if not force:
        hint = f"replace it with --force, or {_ELSEWHERE}"
        raise OutputError("an export is already there", path=target, hint=hint)
    return real
