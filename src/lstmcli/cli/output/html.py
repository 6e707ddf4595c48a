"""HTML files that need nothing else: what all of our pages share.

All text that comes from outside goes through ``escaped``.
"""

from __future__ import annotations

import html
import os
import re
import tempfile
from collections.abc import Iterable
from pathlib import Path

from lstmcli.cli.output.console import visible
from lstmcli.errors import OutputError
from lstmcli.safe_files import check_links


def signature(command: str) -> str:
    """What marks a page as ours, so that the command may replace it."""
    return f'<meta name="generator" content="lstm {command}">'


def escaped(text: str) -> str:
    """Text from outside as it may stand in HTML: marks escaped, control characters visible, line ends kept."""
    parts = re.split(r"([\n\t])", text)
    return html.escape("".join(part if part in ("\n", "\t") else visible(part) for part in parts))


def opening(command: str, title: str, style: str) -> str:
    """From the document type to ``<main>``; ``title`` as it came."""
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"{signature(command)}\n<title>{escaped(title)} – lstm {command}</title>\n<style>{style}</style>\n</head>\n"
        "<body>\n<main>\n"
    )


CLOSING = "</main>\n</body>\n</html>\n"


def check_place(path: Path, command: str, option: str) -> None:
    """Fail before the work if a page could not be written.  Raises: OutputError."""
    another = f"choose another name for {option}"
    check_links(path)
    if path.is_dir() or not path.parent.is_dir():
        raise OutputError("is a folder" if path.is_dir() else "its folder does not exist", path=path, hint=another)
    if path.exists() and not path.is_file():
        raise OutputError("is a pipe or a device, not a file", path=path, hint=another)
    if path.exists():
        with path.open("rb") as file:
            if signature(command).encode() not in file.read(1000):
                raise OutputError(f"is there already, and is no page of lstm {command}", path=path, hint=another)
    if not os.access(path.parent, os.W_OK):
        raise OutputError("its folder cannot be written to", path=path, hint=another)


def write_whole(path: Path, parts: Iterable[str]) -> None:
    """Writes a file whole, or nothing.  Raises: OutputError."""
    try:
        _write(path, parts)
    except OSError as error:
        reason, hint = error.strerror or str(error), "free some space, or choose another place"
        raise OutputError(f"cannot be written: {reason.lower()}", path=path, hint=hint) from error


def _write(path: Path, parts: Iterable[str]) -> None:
    with tempfile.NamedTemporaryFile(
        "w", encoding="utf-8", newline="\n", dir=path.parent, prefix=f".{path.name}.", delete=False
    ) as file:
        try:
            file.writelines(parts)
            os.fchmod(file.fileno(), 0o666 & ~_umask())
            file.close()
            Path(file.name).replace(path)
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
