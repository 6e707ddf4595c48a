"""``lstm push``: upload a model to the Hugging Face Hub."""

from __future__ import annotations

from typing import Annotated

import typer

from lstmcli.cli.options import common as o
from lstmcli.cli.options import completion
from lstmcli.cli.output import exports
from lstmcli.cli.output.writer import write
from lstmcli.cli.typer_classes import Command

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command(cls=Command)
def push(
    where: Annotated[str, o.argument("MODEL", "Model directory.", autocompletion=completion.models)],
    repository: Annotated[str, o.argument("OWNER/NAME", "Where it is uploaded to; created if it is not there.")],
    private: Annotated[bool, o.MAIN.flag("--private", "Only you can see a new repository.")] = False,
    language: o.Language = None,
    licence: o.Licence = None,
    format: o.TableOrJson = "table",
) -> None:
    """Upload a model to the Hugging Face Hub, with a card that has its results.

    The model directory itself is uploaded, including the command that it was trained with. Log in before, with
    `hf auth login` or $HF_TOKEN. Others use the model with -m hub:OWNER/NAME.

    Examples:
      lstm push lstm-model/classifier me/reviews --language en --licence mit
    """
    from lstmcli.exporting.hub import push as upload

    pushed = upload(where, repository, private=private, language=tuple(language or ()), licence=licence)
    write(pushed, exports.PUSHED, format)
