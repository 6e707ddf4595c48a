"""``lstm perplexity`` with a translator: score targets given their sources."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lstmcli.cli.io import streams
from lstmcli.cli.io.inputs import Inputs, specs
from lstmcli.cli.output.console import safe
from lstmcli.cli.output.surprisal import FIGURES, writer
from lstmcli.cli.output.writer import write
from lstmcli.errors import NoDataError, UsageError
from lstmcli.options import read_config

if TYPE_CHECKING:
    from lstmcli.translation.predict import Translator

ONLY_TEXT = ("stream", "lines", "segments", "match_corpus", "cache", "adapt")
"""Options for text without sources."""
ONLY_PAIRS = ("target", "target_file", "target_column")


def check(values: Mapping[str, Any], *, paired: bool) -> None:
    """Raises ``UsageError`` for an option that does not apply to the model."""
    for name in ONLY_TEXT if paired else ONLY_PAIRS:
        if values[name] not in (None, False, []):
            option = f"--{name.replace('_', '-')}"
            kind = (
                "translators, which score each target by itself" if paired else "language models, which have no pairs"
            )
            raise UsageError(f"{option} does not apply to {kind}", hint="leave it out, or name another model with -m")


def perplexity_of_pairs(place: Path, values: Mapping[str, Any], format: str) -> None:
    """Score the pairs that the options name with the translator at ``place``, and print the figures or a table.

    Raises:
        UsageError: options that contradict each other.
        DataError: there are no pairs, or two files differ in length.
    """
    from lstmcli.translation.perplexity import NO_PAIRS, perplexity, surprisals
    from lstmcli.translation.predict import Translator

    check(values, paired=True)
    translator = Translator(place, **{name: values[name] for name in ("threads", "engine", "device")})
    scorer = translator.scorer() if values["batch_size"] is None else translator.scorer(values["batch_size"])
    inputs = _inputs(translator, values)
    if values["per"] is None:
        report = perplexity(scorer, (record for each in inputs for record in each.records))
        write(report, FIGURES, format)
    else:
        several = len(values["files"] or []) > 1
        how: dict[str, Any] = {"keep_columns": values["keep_columns"], "header": values["output_header"]}
        out, rows = writer(format, sys.stdout, several=several, **how), 0
        for each in inputs:
            for row in surprisals(scorer, each.records, values["per"], ready=each.ready):
                out.write(row)
                rows += 1
        if not rows:
            raise NoDataError(NO_PAIRS, hint="give at least one")
        out.close()
    sys.stdout.flush()
    for warning in scorer.warnings():
        streams.note(f"warning: {safe(warning)}")


def _inputs(translator: Translator, values: Mapping[str, Any]) -> Inputs:
    """The pairs: ``--text`` with ``--target``, a file with ``--target-file``, or files with two columns."""
    from lstmcli.data.locate import Located
    from lstmcli.data.parallel import parallel

    files, texts = list(values["files"] or []), list(values["text"] or [])
    named: Sequence[str | Located]
    if texts or values["target"]:
        if files or values["target_file"]:
            raise UsageError("--text and --target contradict a file", hint="leave one of them out")
        named = [_typed(texts, list(values["target"] or []))]
    elif values["target_file"]:
        if len(files) != 1 or files == ["-"]:
            raise UsageError("--target-file needs one file of sources", hint="name one file for each side")
        named = [parallel(files[0], values["target_file"])]
    elif len(files) == 2 and all(_is_lines(file) for file in files):
        hint = f"for texts and their translations: lstm perplexity {files[0]} --target-file {files[1]}"
        raise UsageError("a translator scores pairs, and each of these files has one text a line", hint=hint)
    else:
        named = specs(files, None)
    trained = translator.directory.trained_read
    how: dict[str, Any] = {"labelled": False, "paired": True, "keep_columns": values["keep_columns"]}
    return Inputs(named, [], read_config(values), prefer=trained, quiet=values["quiet"] or bool(texts), **how)


def _typed(sources: list[str], targets: list[str]) -> Any:
    """The pairs of ``--text`` and ``--target``."""
    from lstmcli.data.memory_sources import located

    if len(sources) != len(targets):
        message = f"--text is given {len(sources)} times and --target {len(targets)} times"
        raise UsageError(message, hint="give each source its target")
    found = located({"source": sources, "target": targets})
    assert not isinstance(found, str)
    return replace(found, name="the command line")


def _is_lines(file: str) -> bool:
    """Whether a file can hold only one text a line, judged by its name."""
    suffix = Path(file.removesuffix(".gz")).suffix.lower()
    return suffix not in (".csv", ".tsv", ".tab", ".json", ".jsonl", ".parquet") and Path(file).is_file()
