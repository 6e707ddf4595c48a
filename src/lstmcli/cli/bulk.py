"""``-o DIR`` of the commands that answer texts: many files, several workers, a folder of answers."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import typer

from lstmcli.cli import foreign_names
from lstmcli.cli.io import bulk_files, streams
from lstmcli.cli.io.bulk_files import Named
from lstmcli.cli.options.bulk import ONLY_HERE, PARQUET
from lstmcli.engine.registry import check_engine
from lstmcli.errors import DataError, UsageError
from lstmcli.options import read_config, size_in_bytes
from lstmcli.threads import cores

if TYPE_CHECKING:
    from lstmcli.bulk.answers import Answered, Asked, Join, Opening
    from lstmcli.bulk.events import Event
    from lstmcli.bulk.file import BulkFile
    from lstmcli.bulk.folder import AnswerFolder
    from lstmcli.cli.output.writer import Writer
    from lstmcli.data.config import ReadConfig
    from lstmcli.data.sources import Source
    from lstmcli.model_dir.directory import ModelDir

FORMATS = ("tsv", "csv", "jsonl", PARQUET)


@dataclass(frozen=True)
class Writing:
    """What every worker is told: the model, and the form of the answers."""

    model: str
    format: str
    keep_columns: bool
    header: bool | None
    loading: dict[str, Any]
    size: dict[str, Any]
    """The batch size, if it was given."""

    def load(self, kind: Callable[..., Any]) -> Any:
        """The model, in a worker: it writes nothing itself, and its answers are UTF-8 whatever the terminal is.

        Raises:
            ModelError, UsageError: it cannot be opened.
        """
        sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115
        return kind(self.model, **self.loading)

    def answered(
        self,
        asked: Asked,
        results: Iterable[Any],
        make: Callable[..., Writer[Any]],
        counts: Mapping[str, int],
        state: bytes = b"",
    ) -> Answered:
        """The answers as ``make`` writes them, which is a writer of one kind of results.

        Args:
            counts: filled while ``results`` are made.
        """
        from lstmcli.bulk.answers import Answered

        out = io.StringIO()
        data = fill(make(self.format, out, header=self.header if asked.first else False), out, results)
        return Answered(data, {"rows": len(asked.records), **counts}, state)


def fill(writer: Writer[Any], out: TextIO, results: Iterable[Any]) -> bytes:
    """What ``writer``, which writes to ``out``, makes of results."""
    from lstmcli.cli.output.arrow import ArrowWriter

    for each in results:
        writer.write(each)
    if isinstance(writer, ArrowWriter):
        return writer.data()
    assert isinstance(out, io.StringIO)
    return out.getvalue().encode("utf-8")


@dataclass
class Plan:
    """What was asked for, checked: the model, the files, and how to answer them.

    Raises:
        UsageError, DataError, ModelError: it cannot be done; nothing was written.
    """

    values: Mapping[str, Any]
    files: Sequence[Named]
    """As ``check`` found them."""
    directory: ModelDir
    writing: Writing = field(init=False)
    read: ReadConfig = field(init=False)
    """How the files are read, unless the command knows better."""

    def __post_init__(self) -> None:
        values = self.values
        check_engine(values["engine"], values["device"])
        # A worker has one thread, unless more are asked for.
        loading = {"threads": values["threads"] or 1, "engine": values["engine"], "device": values["device"]}
        size = {} if values["batch_size"] is None else {"batch_size": values["batch_size"]}
        form = values["format"] or FORMATS[0], values["keep_columns"], values["output_header"]
        self.writing = Writing(str(self.directory.path.resolve()), *form, loading, size)
        self.read = read_config(values)

    def answer(
        self,
        opening: Opening,
        *,
        options: Mapping[str, Any],
        join: Join | None = None,
        chained: Callable[[Source], bool] | None = None,
        bare_text: bool = False,
        **how: Any,
    ) -> dict[str, int]:
        """Answer the files into the folder, with progress on stderr; the counts of all that were answered now.

        Args:
            options: the command and its options that the answers depend on.
            join: makes a file of the answers to its pieces, in place of putting them one after the other.
            chained: whether the answers to a piece of a file depend on the pieces before it.
            bare_text: lines of text have no columns to keep, because the answers have their text.
            how: as for ``open_source``.

        Raises:
            OutputError: the folder cannot be written, or holds something else.
            typer.Exit: a file could not be finished, which was said.
        """
        from lstmcli.bulk.answers import concatenate
        from lstmcli.bulk.file import BulkFile, never
        from lstmcli.bulk.folder import MANIFEST, AnswerFolder

        values, writing = self.values, self.writing
        task = {"model": self.directory.config["checksum"], "format": writing.format, "engine": values["engine"]}
        task |= {"keep_columns": writing.keep_columns, "header": writing.header, "read": asdict(self.read), **options}
        manifest = MANIFEST
        if writing.format == PARQUET:
            from lstmcli.bulk import parquet

            manifest, join = f"_{MANIFEST}", join or parquet.join
        folder = AnswerFolder(Path(values["output"]), task, join or concatenate, manifest)
        keep, format = writing.keep_columns, writing.format
        opener = Opener(self.read, {**how, "keep_columns": keep}, keep and format in ("tsv", "csv"), bare_text)
        chained = chained or never
        files = [BulkFile(path, f"{name}.{format}", partial(opener, str(path)), chained) for path, name in self.files]
        return self._run(folder, files, opening)

    def _run(self, folder: AnswerFolder, files: list[BulkFile], opening: Opening) -> dict[str, int]:
        from lstmcli.cli.output.bulk_progress import BulkProgress

        with BulkProgress({file.path: file.path.stat().st_size for file in files}, quiet=self.values["quiet"]) as show:
            for event in self._events(files, folder, opening):
                show(event)
        if show.failures:
            for error in show.failures:
                streams.report_error(str(error), error.hint)
            raise typer.Exit(show.failures[0].exit_code)
        return show.counts

    def _events(self, files: list[BulkFile], folder: AnswerFolder, opening: Opening) -> Iterator[Event]:
        count, memory, address = (self.values[name] for name in ONLY_HERE)
        if address is not None:
            from lstmcli.bulk.on_ray import answer_files_on_ray

            return answer_files_on_ray(files, folder, opening, count, address)
        from lstmcli.bulk.run import answer_files

        return answer_files(files, folder, opening, count or cores(), None if memory is None else in_bytes(memory))


def check(values: Mapping[str, Any]) -> list[Named]:
    """Check what needs no model; returns the files to answer.

    Raises:
        UsageError, DataError: what was asked for cannot be done.
    """
    folder, form = values["output"], values["format"]
    path = Path(folder)
    if path.is_file() or (not path.exists() and path.suffix in (".csv", ".tsv", ".txt", ".json", ".jsonl", ".parquet")):
        raise UsageError(f"-o names a folder, and {folder!r} looks like a file", hint=foreign_names.TO_FILE)
    if form is not None and form not in FORMATS:
        raise UsageError(f"--format {form} and -o do not go together", hint=f"one of {', '.join(FORMATS)}")
    if form == PARQUET:
        import pyarrow.parquet  # noqa: F401  # a small installation lacks it; not after the work
    if values["limit_memory"] is not None:
        in_bytes(values["limit_memory"])
        if values["ray"] is not None:
            hint = "Ray has limits of its own: they are set where its nodes are started"
            raise UsageError("--limit-memory and --ray do not go together", hint=hint)
    if values["ray"] is not None:
        from lstmcli.bulk.on_ray import check_installed

        check_installed()
    if values["text"]:
        raise UsageError("--text and -o do not go together", hint="-o is for files")
    return bulk_files.find(values["files"] or [], path)


def in_bytes(size: str) -> int:
    """``512M``, ``8GiB`` or ``1.5g`` as a number.  Raises: UsageError."""
    if not (found := size_in_bytes(size, 1024, "kmgt")):
        raise UsageError(f"--limit-memory {size!r} is no size", hint="write 512M or 8G")
    return found


@dataclass(frozen=True)
class Opener:
    """How files are opened."""

    read: ReadConfig
    how: Mapping[str, Any]
    """As for ``open_source``."""
    same_columns: bool
    """All rows of a file must have the same columns."""
    bare_text: bool

    def __call__(self, path: str) -> Source:
        """Raises: LstmError."""
        from lstmcli.data.sources import open_source

        source = open_source(path, self.read, **self.how)
        if self.same_columns and source.format in ("json", "jsonl"):
            hint = "use --format jsonl or parquet"
            raise DataError("rows of JSON may have other columns each", path=path, hint=hint)
        return source.without_columns() if self.bare_text and source.format == "text" else source
