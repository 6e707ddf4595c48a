"""``-o DIR`` of the commands that answer texts: many files, several workers, a folder of answers."""

from __future__ import annotations

import glob
import io
import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from lstmcli.cli import foreign_names
from lstmcli.cli.io import streams
from lstmcli.cli.output.console import console, safe
from lstmcli.errors import DataError, LstmError, UsageError
from lstmcli.threads import cores

if TYPE_CHECKING:
    from lstmcli.bulk.run import Event
    from lstmcli.bulk.workers import Answered, Opening
    from lstmcli.data.sources import Source
    from lstmcli.model_dir.directory import ModelDir

FORMATS = ("tsv", "csv", "jsonl")


def checked(values: Mapping[str, Any]) -> tuple[str, list[Path]]:
    """The form of the answers and the files to answer, from a command's options.

    Raises:
        UsageError, DataError: what was asked for cannot be done.
    """
    if values["output"] is None:
        raise UsageError("--workers needs a folder for the answers", hint="name one with -o")
    _check_folder(values["output"])
    form = values["format"] or FORMATS[0]
    if form not in FORMATS:
        raise UsageError(f"--format {form} and -o do not go together", hint=f"one of {', '.join(FORMATS)}")
    return form, _files(values["files"], values["text"])


def loading(values: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """How a worker opens the model, on one thread unless more are asked for; and its batches."""
    opening = {"threads": values["threads"] or 1, "engine": values["engine"], "device": values["device"]}
    return opening, {} if values["batch_size"] is None else {"batch_size": values["batch_size"]}


def _check_folder(folder: str) -> None:
    path = Path(folder)
    if path.is_file() or (not path.exists() and path.suffix in (".csv", ".tsv", ".txt", ".json", ".jsonl")):
        raise UsageError(f"-o names a folder, and {folder!r} looks like a file", hint=foreign_names.TO_FILE)


def _files(files: Sequence[str] | None, texts: Sequence[str] | None) -> list[Path]:
    """The files that were named, patterns such as ``"logs/*.txt"`` expanded."""
    if texts:
        raise UsageError("--text and -o do not go together", hint="-o is for files")
    found: list[Path] = []
    for spec in files or []:
        if Path(spec).exists() or not glob.has_magic(spec):
            found.append(Path(spec))
        elif matching := sorted(filter(os.path.isfile, glob.glob(spec, recursive=True))):  # noqa: PTH207
            found += map(Path, matching)
        else:
            raise DataError("no file matches this pattern", path=spec)
    if not found:
        hint = f'name some, or a pattern: "logs/*.txt"; without -o {foreign_names.TO_FILE}'
        raise UsageError("-o needs files to answer", hint=hint)
    for path in found:
        if not path.is_file():
            raise UsageError(f"-o answers files, and {str(path)!r} is none", hint="name the files in it: folder/*.csv")
    names = [path.name for path in found]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise UsageError(f"two files are called {twice!r}", hint="give each a folder of its own with -o")
    return found


def answer(
    folder: str,
    files: Sequence[Path],
    model: ModelDir,
    opening: Opening,
    *,
    task: Mapping[str, Any],
    open_one: Callable[[str], Source],
    format: str,
    keep_columns: bool,
    workers: int | None,
    quiet: bool,
) -> dict[str, int]:
    """Answer files into a folder, with progress on stderr; the counts of all files that were answered now.

    Args:
        task: the options that answers depend on.
        open_one: opens a file.

    Raises:
        OutputError, ModelError: nothing was answered.
        typer.Exit: a file could not be finished, which was said.
    """
    from lstmcli.bulk.folder import AnswerFolder
    from lstmcli.bulk.run import BulkFile, answer_files

    def opener(path: Path) -> Callable[[], Source]:
        def opened() -> Source:
            source = open_one(str(path))
            if keep_columns and format != "jsonl" and source.format in ("json", "jsonl"):
                raise DataError("rows of JSON may have other columns each", path=path, hint="use --format jsonl")
            return source

        return opened

    known = AnswerFolder(Path(folder), _task(model, task, format, keep_columns))
    todo = [BulkFile(path, f"{path.name}.{format}", opener(path)) for path in files]
    count = workers or cores()
    with _Progress(quiet) as show:
        for event in answer_files(todo, known, opening, count):
            show(event)
    if show.failures:
        for error in show.failures:
            streams.report_error(str(error), error.hint)
        raise typer.Exit(show.failures[0].exit_code)
    return show.counts


def _task(model: ModelDir, options: Mapping[str, Any], format: str, keep_columns: bool) -> dict[str, Any]:
    """All that answers depend on."""
    return {"model": model.config["checksum"], "format": format, "keep_columns": keep_columns, **options}


class _Progress:
    """Says what is done: a bar on a terminal, else a line for each file."""

    def __init__(self, quiet: bool) -> None:
        self.counts: dict[str, int] = {}
        self.failures: list[LstmError] = []
        self._quiet, self._rows, self._kept = quiet, 0, 0
        self._bar: Any = None
        self._row_of_bar: Any = None
        self._lines = 0

    def __enter__(self) -> _Progress:
        screen = console(stderr=True)
        if self._quiet or not screen.is_terminal or screen.is_dumb_terminal:
            return self
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (TextColumn("{task.description}"), BarColumn(20), TextColumn("{task.fields[rate]}"))
        self._bar = Progress(*columns, TimeRemainingColumn(compact=True), console=screen, transient=True)
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def __call__(self, event: Event) -> None:
        from lstmcli.bulk import run

        if isinstance(event, run.Opened):
            self._rows = self._kept = 0
            self._lines = event.lines
            self._say(*event.notes)
            if self._bar is not None:
                if self._row_of_bar is not None:
                    self._bar.remove_task(self._row_of_bar)
                name = safe(event.file.path.name)
                self._row_of_bar = self._bar.add_task(name, total=event.lines or None, rate="")
        elif isinstance(event, run.Answering):
            self._rows += event.rows
            self._kept += event.rows * event.before
            if self._bar is not None:
                speed = self._bar.tasks[-1].speed
                rate = f"{self._rows:,} texts" + (f", {speed:,.0f} a second" if speed and self._lines else "")
                self._bar.update(self._row_of_bar, completed=event.line or self._rows, rate=rate)
        elif isinstance(event, run.Retried):
            streams.note(f"warning: {safe(event.why)}; its texts are given to another")
        elif isinstance(event, run.Failed):
            self.failures.append(event.error)
        else:
            self._done(event)

    def _done(self, event: Any) -> None:
        name = safe(str(event.file.path))
        if event.before:
            self._say(f"{name}: answered before")
            return
        for key, value in event.counts.items():
            self.counts[key] = self.counts.get(key, 0) + value
        before = f", {self._kept:,} of them before" if self._kept else ""
        self._say(f"{name}: {event.rows:,} texts answered{before}")
        for warning in event.warnings:
            streams.note(f"warning: {safe(warning)}")

    def _say(self, *messages: str) -> None:
        if not self._quiet:
            for message in messages:
                streams.note(safe(message))


def written(
    results: Iterable[Any], make: Callable[..., Any], counts: Mapping[str, int], header: bool | None
) -> Answered:
    """The text that a writer makes of results.

    Args:
        make: given a stream and ``header``, a writer.
    """
    from lstmcli.bulk.workers import Answered

    out = io.StringIO()
    writer = make(out, header=header)
    for each in results:
        writer.write(each)
    return Answered(out.getvalue(), counts)


def quiet_worker() -> None:
    """A worker writes nothing itself, and its answers are UTF-8 whatever the terminal is."""
    sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115
