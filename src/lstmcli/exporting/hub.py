"""A model for the Hugging Face Hub: the model directory, with a card whose metadata the Hub reads."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from lstmcli import __version__
from lstmcli.data.config import SPLIT_NAMES
from lstmcli.errors import UsageError
from lstmcli.exporting.results import ExportedFile, Pushed
from lstmcli.exporting.write import File
from lstmcli.model_dir.directory import CARD, NGRAMS, TOKENIZER, WEIGHTS, ModelDir, read_model
from lstmcli.model_dir.hub import explained, hub_name, prepare_library
from lstmcli.model_dir.manifest import CONFIG

ABOUT = {WEIGHTS: "the weights", NGRAMS: "the n-gram model", TOKENIZER: "the tokenizer"}
_FRONT = re.compile(r"\A---\n(.*?)\n---\n", re.DOTALL)
_CODE = re.compile(r"[A-Za-z0-9][\w.-]{0,99}", re.ASCII)


def hf(model: ModelDir, language: Sequence[str] = (), licence: str | None = None) -> list[File]:
    """The files of the model, and its card with languages, licence and results.

    Raises:
        UsageError: a language or the licence is no code.
    """
    for what, value in [*(("language", code) for code in language), ("licence", licence)]:
        if value is not None and not _CODE.fullmatch(value):
            raise UsageError(f"{what} must be a code such as en or mit, not {value!r}")
    files = [
        File(name, model.read(name), ABOUT.get(name, "the network for other programs"))
        for name in model.config["files"]
    ]
    config = (model.path / CONFIG).read_bytes()
    card = _card(model, language, licence)
    return [File(CONFIG, config, "what the model is"), *files, File(CARD, card.encode(), "the model card")]


def _card(model: ModelDir, language: Sequence[str], licence: str | None) -> str:
    """The usual card with more metadata."""
    usual: str = model.task.module("card").card(model.config)
    found = _FRONT.match(usual)
    assert found is not None
    lines: list[str] = found[1].split("\n")
    if language:
        lines += ["language:", *(f"- {code}" for code in language)]
    if licence:
        lines.append(f"license: {licence}")
    kind = next(line.partition(": ")[2] for line in lines if line.startswith("pipeline_tag: "))
    lines.extend(_model_index(model, kind))
    return "\n".join(["---", *lines, "---", usual[found.end() :]])


def _model_index(model: ModelDir, kind: str) -> Iterator[str]:
    """The results, as the Hub reads them."""
    measures: Mapping[str, str] = model.task.module("card").MEASURES
    source = str(model.config["data"].get("source") or "own data").rstrip("/").rpartition("/")[2]
    results = [
        (split, field, measures[field], value)
        for split, report in model.config["metrics"].items()
        if isinstance(report, Mapping)
        for field in measures
        if isinstance(value := report.get(field), (int, float))
    ]
    if not results:
        return
    yield from ("model-index:", f"- name: {_text(model.path.name)}", "  results:")
    for split, field, measure, value in results:
        yield f"  - task:\n      type: {kind}"
        yield f"    dataset:\n      name: {_text(source)}\n      type: {_text(source)}\n      split: {_text(split)}"
        named = f"{field.replace('_', ' ')}, {SPLIT_NAMES.get(split, split)}"
        yield f"    metrics:\n    - type: {measure}\n      value: {value!r}\n      name: {_text(named)}"


def _text(text: Any) -> str:
    """Text in YAML, of which JSON is a part."""
    return json.dumps(str(text).encode("utf-8", "backslashreplace").decode(), ensure_ascii=True)


def push(
    path: str | Path,
    repository: str,
    *,
    private: bool = False,
    language: Sequence[str] = (),
    licence: str | None = None,
) -> Pushed:
    """Upload a model to the Hub, as one commit; the repository is created if it is not there.

    Args:
        repository: OWNER/NAME.
        private: of a new repository.

    Raises:
        UsageError: ``repository`` is no name, or a language or the licence is no code.
        ModelError: the model is missing or damaged, or the Hub refuses it.
    """
    if hub_name(repository).revision is not None:
        raise UsageError(f"a model is pushed to OWNER/NAME, not to {repository!r}")
    model = read_model(path)
    make: Callable[..., list[File]] = model.task.feature("export --to hf")
    files = make(model, language, licence)
    with explained(repository):
        prepare_library()
        from huggingface_hub import CommitOperationAdd, HfApi

        api = HfApi(library_name="lstmcli", library_version=__version__)
        api.create_repo(repository, private=private or None, exist_ok=True)
        done = api.create_commit(
            repository,
            [CommitOperationAdd(file.name, file.data) for file in files],
            commit_message=f"Upload {model.path.name} with lstm {__version__}",
        )
        url = f"{api.endpoint}/{repository}"
    listed = tuple(ExportedFile(file.name, len(file.data), file.about) for file in files)
    return Pushed(str(path), repository, str(done.oid), url, listed)
