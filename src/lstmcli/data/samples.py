"""Built-in data that needs no network: labelled tables, pairs, stories, and prose from the running Python.

``reviews``, ``topics`` and the sentences of ``stories`` were written for this project and are packaged in ``samples/``.
``stdlib`` is built on the fly from the docstrings of the standard library: over 1 MB of English that every machine with
Python already has.  Its files are parsed, never imported.
"""

from __future__ import annotations

import ast
import csv
import difflib
import io
import json
import os
import re
import sysconfig
import warnings
from collections.abc import Iterable, Iterator
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from lstmcli.data.formats.format import Format
from lstmcli.data.sample_pairs import StableRandom, dates, sentences
from lstmcli.data.table import Row, Table
from lstmcli.errors import DataError, NoDataError

SAMPLE = Format("sample", "built-in sample", slow=True)
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
_TABLES = {"reviews": ("text", "sentiment", "topic", "language"), "topics": ("text", "label")}
"""Columns: the text, the label, and others."""
STORIES, STORY_SEED = 5000, 1  # the stories of `sample:stories` are always the same


def open_sample(name: str) -> Table:
    """The sample of that name (without ``sample:``); its rows are the same each time, in the same order.

    Raises:
        DataError: there is none; the hint lists all names.
        NoDataError: while it is read, if this Python came without the source of its standard library.
    """
    if name not in NAMES:
        nearest = difflib.get_close_matches(name.lower(), NAMES, n=1)
        suggestion = f"did you mean sample:{nearest[0]}? " if nearest else ""
        hint = f"{suggestion}there are {', '.join(f'sample:{known}' for known in NAMES)}"
        raise DataError("no built-in sample has this name", path=f"sample:{name}", hint=hint)

    def rows() -> Iterator[Row]:
        if name in _TABLES:
            cells: Iterable[dict[str, str]] = csv.DictReader(io.StringIO(_packaged(f"{name}.csv")))
        elif name in _PAIRS:
            cells = _PAIRS[name]()
        else:
            cells = ({"text": text} for text in (stories() if name == "stories" else _stdlib_paragraphs()))
        return (Row(0, f"sample:{name}", row) for row in cells)

    columns = ("source", "target") if name in _PAIRS else _TABLES.get(name, ("text",))
    label = columns[1] if name in _TABLES else None
    return Table(SAMPLE, columns, rows, text_columns=columns[:1], label_column=label, notes=[DESCRIPTIONS[name]])


def _packaged(name: str) -> str:
    return (resources.files("lstmcli") / "samples" / name).read_text(encoding="utf-8")


# Stories of children and their things: somebody gets it, uses it, meets with trouble, is helped, and all ends well.
# The thing and the pronouns stay the same from the first sentence to the last, so a model must remember them.


@cache
def story_patterns() -> dict[str, Any]:
    """The words and the sentences of stories, by their part in one."""
    patterns: dict[str, Any] = json.loads(_packaged("stories.json"))
    return patterns


_PRONOUNS = {
    "girl": {"he": "she", "his": "her", "him": "her"},
    "boy": {"he": "he", "his": "his", "him": "him"},
}


def stories(n: int = STORIES, seed: int = STORY_SEED) -> Iterator[str]:
    """``n`` different stories, one line each."""
    dice, told = StableRandom(seed), set[str]()
    while len(told) < n:
        story = _story(dice)
        if story not in told:
            told.add(story)
            yield story


def _story(dice: StableRandom) -> str:
    patterns = story_patterns()
    thing = dice.one(tuple(patterns["themes"]))
    child = patterns["children"][thing]
    words = {"thing": thing, "child": child["child"]}
    for word, choices in (("name", child["names"]), ("colour", patterns["colours"]), ("weather", patterns["weather"])):
        words[word] = dice.one(choices)
    words |= _PRONOUNS[child["child"]]
    use, trouble, helped, good = patterns["themes"][thing]
    sentences = []
    for choices in (patterns["beginnings"], use, trouble, patterns["feelings"], helped, good, patterns["endings"]):
        pattern = dice.one(choices)
        sentences.append(_sentence(pattern, {**words, "relative": dice.one(patterns["family"])}))
    return " ".join(sentences)


def _sentence(pattern: str, words: dict[str, str]) -> str:
    """The pattern filled in, its first letter a capital."""
    text = pattern.format_map(words)
    start = 1 if text[0] == '"' else 0
    return text[:start] + text[start].upper() + text[start + 1 :]


# Tests hold no prose; lib2to3 and distutils left with Python 3.12 and 3.13; the rest is not the library's own.
_SKIPPED_FOLDERS = {"__pycache__", "dist-packages", "distutils", "ensurepip", "idle_test", "idlelib", "lib2to3"}
_SKIPPED_FOLDERS |= {"site-packages", "test", "tests", "turtledemo"}
_BLANK_LINES = re.compile(r"\n\s*\n")


def _stdlib_paragraphs() -> Iterator[str]:
    """Paragraphs, each on one line, in the order of the files; doctests and repeats are left out."""
    root = Path(sysconfig.get_path("stdlib"))
    # The same sentence in many classes would end on both sides of a split and flatter the held-out loss.
    seen: set[str] = set()
    for path in _python_files(root):
        for docstring in _docstrings(path):
            for block in _BLANK_LINES.split(docstring):
                paragraph = " ".join(block.split())
                if paragraph and ">>>" not in paragraph and paragraph not in seen:
                    seen.add(paragraph)
                    yield paragraph
    if not seen:
        message = "this Python came without the source of its standard library"
        raise NoDataError(message, path=root, hint="give a text file of your own instead of sample:stdlib")


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
    kinds = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    documented = (node for node in ast.walk(tree) if isinstance(node, kinds))
    for node in sorted(documented, key=lambda node: getattr(node, "lineno", 0)):
        docstring = ast.get_docstring(node)
        if docstring:
            # Lone surrogates in an escape would make the text unwritable as UTF-8.
            yield docstring.encode("utf-8", "replace").decode("utf-8")
