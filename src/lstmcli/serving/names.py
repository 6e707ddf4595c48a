"""Names of the models that are served."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from lstmcli.errors import UsageError


def named(models: Sequence[str]) -> dict[str, Path]:
    """The paths of models by name, from ``PATH`` or ``NAME=PATH``.

    Raises:
        UsageError: a name is empty, has a slash, or is given twice.
    """
    found: dict[str, Path] = {}
    for given in models:
        name, equals, path = given.partition("=")
        if not equals or Path(given).exists():
            name, path = Path(given).absolute().name, given
        if not name or not path or "/" in name:
            raise UsageError(f"{given!r} does not name a model", hint="give a directory, or NAME=DIR")
        if name in found:
            hint = f"give one of them another: {name}-2={path}"
            raise UsageError(f"two models are called {name!r}: {found[name]} and {path}", hint=hint)
        found[name] = Path(path)
    return found
