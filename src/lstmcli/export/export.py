"""Write a model in a form that other programs read."""

from __future__ import annotations

import os
from pathlib import Path

from lstmcli.errors import OutputError
from lstmcli.export.results import Exported, ExportedFile
from lstmcli.model_dir.atomic import write_directory
from lstmcli.model_dir.directory import ModelDir
from lstmcli.safe_files import check_links

MARK = "export.json"
"""The file that tells an export from other directories; it describes the others."""


def export(model: ModelDir, to: str, output: Path, *, force: bool = False) -> Exported:
    """Write an export of ``model`` as a directory, whole or not at all.

    Args:
        to: the format, one of ``results.FORMATS``.
        force: replace an export that is there already.

    Raises:
        UsageError: models of this task cannot be exported to it.
        OutputError: the directory cannot be written, or holds something else.
    """
    build = model.task.feature(f"export --to {to}")
    _check(output, force)
    files, about, warnings = build(model)
    ...
