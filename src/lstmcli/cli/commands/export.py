"""``lstm export``: write a model in a form that other programs read."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lstmcli.cli.options import common as o
from lstmcli.cli.options import completion
from lstmcli.cli.output import exports
from lstmcli.cli.output.writer import write
from lstmcli.cli.typer_classes import Command
from lstmcli.exporting.results import FORMATS

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command(cls=Command)
def export(
    where: o.ModelArgument = None,
    model: o.SameModel = None,
    to: Annotated[
        str,
        o.MAIN.choice(
            "--to",
            FORMATS,
            "onnx: one graph from token ids to the answer, with programs in Python and JavaScript that use it; "
            "vectors: word vectors in the text format of word2vec; html: a page that runs a small model in a browser, "
            "offline, and shows its gates and units as you type; hf: the model with a card for the Hugging Face Hub.",
        ),
    ] = "onnx",
    output: Annotated[
        Path | None,
        o.MAIN.option(
            *("--output -o", "PATH", "Directory or page to write."), show_default="MODEL-FORMAT, or MODEL.html"
        ),
    ] = None,
    texts: Annotated[
        Path | None,
        o.MAIN.option(
            *("--texts", "FILE"),
            "html: a text a line, on which the page names the units by what they respond to.",
            show_default="built-in texts",
        ),
    ] = None,
    beside: Annotated[
        Path | None,
        o.MAIN.option(
            *("--beside", "MODEL", "html: another model to compare with, such as one with --cell rnn."),
            autocompletion=completion.models,
        ),
    ] = None,
    force: Annotated[bool, o.MAIN.flag("--force", "Replace an export that is there already.")] = False,
    language: o.Language = None,
    licence: o.Licence = None,
    format: o.TableOrJson = "table",
) -> None:
    """Write a model in a form that other programs read, with the same answers."""
    from lstmcli.exporting.write import export as write_export
    from lstmcli.model_dir.directory import default_model_path

    path = default_model_path(None, where or model)
    own = {"texts": texts, "beside": beside, "language": tuple(language or ()), "licence": licence}
    exported = write_export(path, to, output, force=force, **own)
    write(exported, exports.EXPORTED, format)
