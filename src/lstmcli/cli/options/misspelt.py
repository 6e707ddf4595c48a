"""Environment variables that set nothing because their names are misspelt.

Other programs may have variables with our prefix, so only a name that is nearly one of ours is reported.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any

NEAR, ROUGHLY = 0.8, 0.6
"""How similar a name is to one of ours, from 0 to 1; and the rest of one that begins with a misspelt command."""


def misspelt(
    keys: Iterable[str],
    own: Collection[str],
    fixed: Collection[str],
    others: Mapping[str, Any],
    options: Callable[[Any], Collection[str]],
) -> Iterator[tuple[str, str]]:
    """Keys that set nothing, and what was probably meant.

    Args:
        keys: names of variables that this command does not know, in lower case and without the prefix.
        own: the options of this command.
        fixed: keys that have a meaning of their own.
        others: all commands by name; one is loaded only if a key may be meant for it.
        options: the keys of a command.
    """
    names = list(others)
    for key in keys:
        command, _, rest = key.partition("_")
        if command in names or key in own:
            continue  # the command itself reports what is wrong
        if meant := nearest(key, fixed, NEAR) or nearest(key, own, NEAR):
            if not any(key in options(others[name]) for name in names):
                yield key, meant
        elif (name := nearest(command, names, NEAR)) and (option := nearest(rest, options(others[name]))):
            yield key, f"{name}_{option}"


def nearest(key: str, known: Iterable[str], least: float = ROUGHLY) -> str:
    """The nearest of the names; empty if none is near."""
    import difflib

    return next(iter(difflib.get_close_matches(key, known, 1, least)), "")
