"""Write a page as one file."""

from __future__ import annotations

import os
from pathlib import Path

from lstmcli.errors import OutputError
from lstmcli.model_dir.atomic import hint_of, reason_of
from lstmcli.safe_files import check_links, write_over

SIGNATURE = b'<meta name="generator" content="lstm export">'
"""Marks a page as an export, which may be replaced by another."""
_ELSEWHERE = "choose another name with -o/--output"


def replaceable_page(target: Path, *, force: bool) -> Path:
    """The target with links resolved, after checking that it may be written, or replaced.

    Raises:
        OutputError: something else is there, or a page to be replaced without ``force``.
    """
    check_links(target)
    real = Path(os.path.realpath(target))
    try:
        if real.is_dir():
            raise OutputError("is a directory; a page is a file", path=target, hint=_ELSEWHERE)
        if not real.parent.is_dir():
            raise OutputError("its folder does not exist", path=target, hint=_ELSEWHERE)
        if not os.path.lexists(real):
            return real
        if not real.is_file():
            raise OutputError("is a pipe or a device, not a file", path=target, hint=_ELSEWHERE)
        with real.open("rb") as file:
            ours = SIGNATURE in file.read(2000)
    except OSError as error:
        raise OutputError(f"cannot be read: {reason_of(error, real)}", path=target, hint=_ELSEWHERE) from error
    if not ours:
        raise OutputError("is not a page of lstm export", path=target, hint=_ELSEWHERE)
    if not force:
        raise OutputError("a page is already there", path=target, hint=f"replace it with --force, or {_ELSEWHERE}")
    return real


def write_page(target: Path, data: bytes) -> None:
    """Write the page, whole or not at all.  Raises: OutputError."""
    try:
        folder = os.open(target.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            write_over(folder, target.name, [data], mode=0o666)
        finally:
            os.close(folder)
    except OSError as error:
        raise OutputError(f"cannot be written: {reason_of(error, target)}", path=target, hint=hint_of(error)) from error
