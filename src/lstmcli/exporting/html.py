"""A model as one page that runs in a browser, without a network.

The parts of its script and its style lie in ``templates/page`` and are joined here.  A content policy lets the browser
run that script only, and load nothing.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from functools import cache
from html import escape
from os import PathLike
from pathlib import Path

from lstmcli import __version__
from lstmcli.errors import UsageError
from lstmcli.exporting.page_model import Data, Head, classifier_data, language_model_data, packed
from lstmcli.exporting.page_units import described, naming_texts
from lstmcli.exporting.templates import render, source
from lstmcli.exporting.write import File
from lstmcli.model_dir.directory import ModelDir, read_model

ARITHMETIC = ("payload.js", "tokens.js", "features.js", "ngrams.js", "cells.js", "models.js")
"""The parts of the script that compute; they need no page."""
INTERFACE = ("words.js", "drawing.js", "lessons.js", "app.js")
"""The parts that show what was computed."""
Name = str | PathLike[str]
"""Of a file or directory."""


def classifier(model: ModelDir, texts: Name | None = None, beside: Name | None = None) -> list[File]:
    """The page of a classifier."""
    return _page(model, classifier_data(model), texts, beside)


def language_model(model: ModelDir, texts: Name | None = None, beside: Name | None = None) -> list[File]:
    """The page of a language model."""
    return _page(model, language_model_data(model), texts, beside)


@cache
def script(parts: tuple[str, ...] = ARITHMETIC + INTERFACE) -> str:
    """The script of a page."""
    return "\n".join(['"use strict";', *(source(f"page/{part}") for part in parts)])


@cache
def policy() -> str:
    """What a browser may do with a page: run its script, use its style, and load nothing."""
    allowed = f"script-src '{_fingerprint(script())}'; style-src '{_fingerprint(source('page/page.css'))}'"
    return f"default-src 'none'; {allowed}; base-uri 'none'; form-action 'none'"


def _page(model: ModelDir, data: Data, texts: Name | None, beside: Name | None) -> list[File]:
    head, arrays = data
    named = described(model, naming_texts(model, None if texts is None else Path(texts)))
    packed_model, is_rounded = packed(head | named, arrays)
    code, style = script(), source("page/page.css")
    values = {
        "title": escape(head["name"]),
        "version": __version__,
        "model": packed_model,
        "beside": "" if beside is None else _second(head, Path(beside)),
        "script": code,
        "style": style,
        "policy": policy(),
    }
    what = "classifier" if "labels" in head else "language model"
    about = f"a page that runs the {what}; open it in a browser"
    if is_rounded:
        about = f"a page that runs the {what}, its weights rounded to 8 bits; open it in a browser"
    return [File(f"{head['name']}.html", render("page/page.html.jinja", **values), about)]


def _second(head: Head, path: Path) -> str:
    """The data of the model that is shown beside the first one.  Raises: UsageError, ModelError."""
    model = read_model(path)
    data: Callable[[ModelDir], Data] = model.task.feature("export --to html --beside")
    other, arrays = data(model)
    if head.get("labels") != other.get("labels"):
        needed = "have the same labels" if "labels" in head else "be a language model too"
        raise UsageError(f"{path} cannot stand beside {head['name']}: it needs to {needed}")
    return packed(other, arrays)[0]


def _fingerprint(text: str) -> str:
    """How the content policy names an inline script or style."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
