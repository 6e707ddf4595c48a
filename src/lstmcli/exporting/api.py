"""``lstmcli.export`` and ``lstmcli.push``."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from lstmcli.model_dir.loaded import Model, path_of
from lstmcli.python_names import in_python

if TYPE_CHECKING:
    from lstmcli.exporting.results import Exported, Pushed


@in_python()
def export(
    model: Model | str | os.PathLike[str],
    to: str = "onnx",
    *,
    output: str | os.PathLike[str] | None = None,
    force: bool = False,
    **options: Any,
) -> Exported:
    """Write a model in a form that other programs read, with the same answers.

    Args:
        to: onnx, one graph from token ids to the answer, with programs that use it; vectors, word vectors in the
            text format of word2vec; html, a page that shows the model at work; hf, the model with a card; or c, a small
            classifier as a program in C.
        output: the directory or page to write; None: ``MODEL-FORMAT`` or ``MODEL.html`` in the working directory.
        force: replace an export that is there already.
        options: ``language`` (codes) and ``licence`` for hf; ``texts``, a file, and ``beside``, a model, for html.

    Raises:
        UsageError: there is no such format, or no such option for it.
        ModelError: the model is missing or damaged.
        OutputError: the directory cannot be written, or holds something else.

    Example:
        >>> [file.name for file in lstm.export(model, "vectors", output="exported").files]
        ['vectors.txt']
    """
    from lstmcli.exporting.write import export as write

    return write(path_of(model), to, output, force=force, **options)


@in_python()
def push(
    model: Model | str | os.PathLike[str],
    repository: str,
    *,
    private: bool = False,
    language: str | Sequence[str] = (),
    licence: str | None = None,
) -> Pushed:
    """Upload a model to the Hugging Face Hub, with a card that has its results.

    Log in before, with ``hf auth login`` or ``$HF_TOKEN``.

    Args:
        repository: ``OWNER/NAME``; created if it is not there.
        private: only you can see a new repository.
        language: codes of the languages of the model, such as ``"en"``, for the card.
        licence: licence of the model, such as ``"mit"``, for the card.

    Returns:
        The address, the commit and the files; ``load("hub:OWNER/NAME")`` uses the model.

    Raises:
        UsageError: ``repository`` is no name, a code is none, or huggingface_hub is not installed.
        ModelError: the model is missing or damaged, or the Hub refuses it.
    """
    from lstmcli.exporting.hub import push as upload

    codes = (language,) if isinstance(language, str) else tuple(language)
    return upload(path_of(model), repository, private=private, language=codes, licence=licence)
