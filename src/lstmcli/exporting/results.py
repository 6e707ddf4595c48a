"""What an export has made."""

from __future__ import annotations

from dataclasses import dataclass

from lstmcli.results import Result

FORMATS = ("onnx", "vectors", "html")
"""What a model can be exported to."""
PAGE = "html"
"""The format that is one file, not a directory."""


@dataclass(frozen=True)
class ExportedFile:
    """A file of an export."""

    name: str
    """Its name."""
    bytes: int
    """Its size."""
    about: str
    """What it is."""


@dataclass(frozen=True)
class Exported(Result):
    """A model in a form that other programs read."""

    model: str
    """The model directory."""
    output: str
    """The directory that was written, or the page."""
    to: str
    """The format: onnx, vectors or html."""
    files: tuple[ExportedFile, ...]
    """The files in the directory, or the page."""
