"""Built-in data that needs no network: labelled tables, pairs, stories, and prose from the running Python.

``reviews`` and ``topics`` were written for this project and are packaged beside the code.  ``stories`` are made from
sentence patterns of our own, see ``stories.py``.  ``stdlib`` is built on the fly from the docstrings of the standard
library: over 1 MB of English that every machine with Python already has.  Its files are parsed, never imported.
"""

from __future__ import annotations

import ast
import csv
import difflib
import io
import os
import re
import sysconfig
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path

from lstmcli.data.sample_pairs import dates, sentences
from lstmcli.data.stories import stories
from lstmcli.errors import DataError, NoDataError

DESCRIPTIONS = {
    "reviews": "short reviews, positive or negative, in English and Chinese",
    "topics": "headlines under six topics, in English and Chinese",
    "stories": "short stories made from sentence patterns, in English, without labels",
    "dates": "dates as people write them and as ISO 8601 does, pairs made by rules",
    "en-zh": "English sentences and their Chinese translations, pairs made by rules",
    "stdlib": "paragraphs from the docstrings of this Python's standard library, without labels",
}
NAMES = tuple(DESCRIPTIONS)
_PAIRS = {"dates": dates, "en-zh": sentences}


@dataclass(frozen=True, slots=True)
class SampleTable:
    """One built-in sample; ``rows()`` may be called again and gives the same rows in the same order."""

    name: str
    description: str
    columns: tuple[str, ...]
    text_columns: tuple[str, ...]
    label_column: str | None
    _read: Callable[[], Iterator[dict[str, str]]] = field(repr=False)

    def rows(self) -> Iterator[dict[str, str]]:
        """Every row, a value for each of ``columns``, read as it is asked for."""
        return self._read()


def open_sample(name: str) -> SampleTable:
    """The sample of that name (without ``sample:``); ``DataError`` names them all when there is none."""
    if name == "reviews":
        return _packaged(name, ("text", "sentiment", "topic", "language"), "sentiment")
    if name == "topics":
        return _packaged(name, ("text", "label"), "label")
    if name == "stories":
        return SampleTable(name, DESCRIPTIONS[name], ("text",), ("text",), None, _story_rows)
    if name in _PAIRS:
        return SampleTable(name, DESCRIPTIONS[name], ("source", "target"), ("source",), None, _PAIRS[name])
    if name == "stdlib":
        return SampleTable(name, DESCRIPTIONS[name], ("text",), ("text",), None, _stdlib_rows)
    nearest = difflib.get_close_matches(name.lower(), NAMES, n=1)
    suggestion = f"did you mean sample:{nearest[0]}? " if nearest else ""
    known = ", ".join(f"sample:{known}" for known in NAMES)
    raise DataError("no built-in sample has this name", path=f"sample:{name}", hint=f"{suggestion}there are {known}")


def _packaged(name: str, columns: tuple[str, ...], label_column: str) -> SampleTable:
    def read() -> Iterator[dict[str, str]]:
        source = resources.files("lstmcli") / "samples" / f"{name}.csv"
        yield from csv.DictReader(io.StringIO(source.read_text(encoding="utf-8")))

    return SampleTable(name, DESCRIPTIONS[name], columns, ("text",), label_column, read)


def _story_rows() -> Iterator[dict[str, str]]:
    return ({"text": story} for story in stories())


# Tests hold no prose; lib2to3 and distutils left with Python 3.12 and 3.13; the rest is not the library's own.
_SKIPPED_FOLDERS = {"__pycache__", "dist-packages", "distutils", "ensurepip", "idle_test", "idlelib", "lib2to3"}
_SKIPPED_FOLDERS |= {"site-packages", "test", "tests", "turtledemo"}
_BLANK_LINES = re.compile(r"\n\s*\n")


def _stdlib_rows() -> Iterator[dict[str, str]]:
    """One paragraph a row, on one line, in the order of the files; doctests and repeats are left out."""
    root = Path(sysconfig.get_path("stdlib"))
    # The same sentence in many classes would end on both sides of a split and flatter the held-out loss.
    seen: set[str] = set()
    for path in _python_files(root):
        for docstring in _docstrings(path):
            for block in _BLANK_LINES.split(docstring):
                paragraph = " ".join(block.split())
                if paragraph and ">>>" not in paragraph and paragraph not in seen:
                    seen.add(paragraph)
                    yield {"text": paragraph}
    if not seen:
        raise NoDataError(
            "this Python came without the source of its standard library",
            path=root,
            hint="give a text file of your own instead of sample:stdlib",
        )


def _python_files(root: Path) -> Iterator[Path]:
    for folder, subfolders, files in os.walk(root):
        subfolders[:] = sorted(name for name in subfolders if name not in _SKIPPED_FOLDERS)
        yield from (Path(folder, name) for name in sorted(files) if name.endswith(".py"))


def _docstrings(path: Path) -> Iterator[str]:
    """Docstrings of a file's module, classes and functions from top to bottom; none if it does not parse."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an invalid escape in the library is not the user's business
            tree = ast.parse(path.read_bytes())
    except (OSError, SyntaxError, ValueError, RecursionError):
        return  # templates and files for other versions
    documented = (
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
    )
    for node in sorted(documented, key=lambda node: getattr(node, "lineno", 0)):
        docstring = ast.get_docstring(node)
        if docstring:
            # Lone surrogates in an escape would make the text unwritable as UTF-8.
            yield docstring.encode("utf-8", "replace").decode("utf-8")
