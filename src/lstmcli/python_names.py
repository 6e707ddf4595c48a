"""What the command line calls ``--label-column``, Python calls ``label_column``: messages of the API say it so.

Messages are written for the command line.  Errors leave the API through ``in_python``, warnings and notes through
``LOG``, events through ``event_in_python``.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from lstmcli.errors import LstmError

E = TypeVar("E")

_NAME = re.compile(r"^[a-z]+(?:-[a-z]+)+(?= (?:must|cannot) )")
_OPTION = re.compile(r"`[^`]*`|(?:-\w/)?--([a-z]+(?:-[a-z]+)*)(?: (\d[\d.]*(?![\w.])|'[^']*'))?")

_KEYWORDS = {"from": "from_model"}
"""Options whose names are no names of arguments."""


def as_option(argument: str) -> str:
    """The option that an argument of the API is on the command line."""
    names = {argument: option for option, argument in _KEYWORDS.items()}
    return f"--{names.get(argument, argument).replace('_', '-')}"


def as_arguments(message: str) -> str:
    """The message with options as arguments, ``--beams 4`` as ``beams=4``; commands in backquotes stay as they are."""
    message = _NAME.sub(lambda found: found[0].replace("-", "_"), message)
    return _OPTION.sub(_argument, message)


def _argument(found: re.Match[str]) -> str:
    if not found[1]:
        return found[0]
    name = _KEYWORDS.get(found[1], found[1])
    return name.replace("-", "_") + (f"={found[2]}" if found[2] else "")


def event_in_python(event: E) -> E:
    """An event of a training whose warnings and notes name arguments in place of options."""
    said: dict[str, Any] = {}
    if isinstance(message := getattr(event, "message", None), str):
        said["message"] = as_arguments(message)
    if isinstance(notes := getattr(event, "notes", None), tuple):
        said["notes"] = tuple(map(as_arguments, notes))
    return replace(event, **said) if said else event  # type: ignore[type-var]


@contextmanager
def in_python() -> Iterator[None]:
    """Errors raised within ``with`` name arguments in place of options."""
    try:
        yield
    except LstmError as error:
        error.message = as_arguments(error.message)
        error.hint = error.hint and as_arguments(error.hint)
        raise


if TYPE_CHECKING:
    _Adapter = logging.LoggerAdapter[logging.Logger]
else:
    _Adapter = logging.LoggerAdapter


class _Log(_Adapter):
    def process(self, msg: Any, kwargs: MutableMapping[str, Any]) -> tuple[Any, MutableMapping[str, Any]]:
        return as_arguments(str(msg)), kwargs


LOG = _Log(logging.getLogger("lstmcli"), {})
"""The logger ``lstmcli``, for messages that may name options."""
