"""What an export has made."""

from __future__ import annotations

from dataclasses import dataclass

from lstmcli.results import Result

FORMATS = ("onnx", "vectors", "html", "hf", "c")
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
    """The format: onnx, vectors, html, hf or c."""
    files: tuple[ExportedFile, ...]
    """The files in the directory, or the page."""


@dataclass(frozen=True)
class Pushed(Result):
    """A model that was uploaded to the Hugging Face Hub."""

    model: str
    """The model directory."""
    repository: str
    """OWNER/NAME."""
    revision: str
    """The commit that the upload made, or the newest one if nothing has changed."""
    url: str
    """Where the model is."""
    files: tuple[ExportedFile, ...]
    """The files that were uploaded."""
