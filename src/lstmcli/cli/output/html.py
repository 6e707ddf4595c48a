"""Self-contained HTML pages, rendered from the templates beside this module with autoescape."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lstmcli import __version__
from lstmcli.cli.language import is_chinese, of_display
from lstmcli.cli.output.console import visible_in_lines
from lstmcli.errors import OutputError
from lstmcli.safe_files import check_links, write_over

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup


def signature(command: str) -> str:
    """Marks a page as written by the command, so that the command may replace it."""
    return f'<meta name="generator" content="lstm {command}">'


def render(template: str, command: str, title: str, **values: Any) -> Iterator[str]:
    """A page of a command, in parts; ``title`` and ``values`` are escaped."""
    page = _environment().get_template(template)
    yield from page.generate(command=command, title=title, lstm_version=__version__, **values)


def fragment(template: str, **values: Any) -> Markup:
    """A part of a page as safe markup."""
    from markupsafe import Markup

    return Markup(_environment().get_template(template).render(**values))


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader(__package__ or ""),
        autoescape=True,
        finalize=_shown,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.globals["_"] = of_display
    environment.globals["language"] = lambda: "zh-Hans" if is_chinese() else "en"
    return environment


def _shown(value: Any) -> Any:
    """A value in a template: text with visible control characters."""
    return visible_in_lines(value) if isinstance(value, str) and not hasattr(value, "__html__") else value


def check_place(path: Path, command: str, option: str) -> None:
    """Fail early if a page could not be written.  Raises: OutputError."""
    another = f"choose another name for {option}"
    check_links(path)
    if path.is_dir() or not path.parent.is_dir():
        raise OutputError("is a folder" if path.is_dir() else "its folder does not exist", path=path, hint=another)
    if path.exists() and not path.is_file():
        raise OutputError("is a pipe or a device, not a file", path=path, hint=another)
    if path.exists():
        with path.open("rb") as file:
            if signature(command).encode() not in file.read(1000):
                raise OutputError(f"exists already and is not a page of lstm {command}", path=path, hint=another)
    if not os.access(path.parent, os.W_OK):
        raise OutputError("its folder cannot be written to", path=path, hint=another)


def write_whole(path: Path, parts: Iterable[str]) -> None:
    """Write a file atomically.  Raises: OutputError."""
    try:
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            write_over(folder, path.name, (part.encode() for part in parts), mode=0o666)
        finally:
            os.close(folder)
    except OSError as error:
        reason, hint = error.strerror or str(error), "free some space, or choose another place"
        raise OutputError(f"cannot be written: {reason.lower()}", path=path, hint=hint) from error
