"""Answers files on a cluster, through Ray Data.

Files are read in the cluster, a task for each, and come as pieces to a pool of workers, which open the model once;
their answers come back to this process, which keeps them as it does without Ray.  Every machine must have this
package, and see the files and the model under the same names.  The pieces of a chained file stay with one worker, which
reads the file itself.

A row on its way is one pickle; Ray speaks with its own processes by pickles, too.
"""

from __future__ import annotations

import logging
import os
import pickle
import warnings
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.util import find_spec
from typing import Any

from lstmcli.bulk.answers import Answer, Answered, Asked, Failure, Opening
from lstmcli.bulk.events import Event
from lstmcli.bulk.file import BulkFile, FileInWork, never
from lstmcli.bulk.folder import AnswerFolder
from lstmcli.bulk.pieces import Head, Piece, pieces
from lstmcli.bulk.workers import TRIES, error_from, given_up, parts_of
from lstmcli.errors import LstmError, UsageError

HERE, ANYWHERE = "local", "auto"
"""Addresses: a cluster of this machine alone; the one that runs here or that $RAY_ADDRESS names, else ``HERE``."""
_HINT = "what was answered is kept: run the command again"


@dataclass(frozen=True)
class _File:
    """A file to read, on its way."""

    number: int
    file: BulkFile
    key: str
    chained: bool
    kept: Mapping[str, bytes]
    """The state after each piece that was answered before, by its digest."""


@dataclass(frozen=True)
class _Found:
    """What became of a piece, or of the rest of a file."""

    number: int
    head: Head | None = None
    """None: there are no more pieces, and ``pieces`` is their number."""
    pieces: int = 0
    asked: Asked | None = None
    answered: Answered | None = None
    error: Mapping[str, Any] | None = None
    closed: bool = False
    """The model could not be opened."""


def answer_files_on_ray(
    files: Sequence[BulkFile], folder: AnswerFolder, opening: Opening, count: int | None, address: str
) -> Iterator[Event]:
    """As ``run.answer_files``, by ``count`` workers of a cluster, one for each of its cores if None.

    Raises:
        OutputError: the folder cannot be written.
        UsageError: there is no such cluster, or no Ray.
        LstmError: the model cannot be opened, or Ray has given up.
    """
    begun, todo = list[FileInWork](), list[_File]()
    for file in files:
        begun.append(work := FileInWork(file, folder))
        yield from work.open()
        if work.finished:
            yield from work.finish()
        else:
            kept = folder.all_kept(file.name)
            todo.append(_File(len(begun) - 1, replace(file, chained=never), folder.key, work.chained, kept))
    if not todo:
        return
    for found in _results(todo, opening, count, address):
        work = begun[found.number]
        error = None if found.error is None else error_from(dict(found.error))
        if found.closed:
            assert error is not None
            raise error
        if found.head is None:
            if error is not None:
                work.fail(error)
            yield from work.finish()
        elif error is not None:
            yield from work.take(found.head, Failure(error))
        elif found.answered is None:
            yield work.note(found.head, before=True)
        else:
            yield from work.take(found.head, found.answered)


def _results(todo: Sequence[_File], opening: Opening, count: int | None, address: str) -> Iterator[_Found]:
    """What becomes of all pieces; a file's last result comes after all others of it.  Raises: LstmError."""
    ray = connect(address)
    from ray.data import ActorPoolStrategy, DataContext

    context = DataContext.get_current()
    context.enable_progress_bars = False
    context.print_on_execution_start = False
    context.target_max_block_size = 1 << 12  # so that each piece goes to a worker by itself
    workers = count or max(1, int(ray.cluster_resources().get("CPU", 1)))
    data = ray.data.from_items([_row(file) for file in todo], override_num_blocks=len(todo))
    data = data.flat_map(_read, num_cpus=0).flat_map(
        _Answering,
        fn_constructor_args=(opening, ray.remote(_Attempts).options(num_cpus=0).remote()),
        compute=ActorPoolStrategy(size=workers, max_tasks_in_flight_per_actor=2),
        num_cpus=1 if count is None else min(1.0, ray.cluster_resources().get("CPU", 1) / workers),
    )
    yield from _ends_last(_rows(data))


def _rows(data: Any) -> Iterator[_Found]:
    import ray

    try:
        for row in data.iter_rows():
            yield pickle.loads(row["row"])
    except ray.exceptions.RayError as error:
        lines = [line for line in str(error).splitlines() if line.strip()] or [type(error).__name__]
        raise LstmError(f"Ray has given up: {lines[-1].strip()[:300]}", hint=_HINT) from error


def _ends_last(results: Iterator[_Found]) -> Iterator[_Found]:
    """Results come in any order: the end of a file is held back until all its pieces were there."""
    ends: dict[int, _Found] = {}
    seen = Counter[int]()
    for found in results:
        number = found.number
        if found.head is None:
            ends[number] = found
        else:
            seen[number] += 1
            yield found
        if number in ends and seen[number] == ends[number].pieces:
            yield ends.pop(number)


def check_installed() -> None:
    """Raises ``UsageError`` if there is no Ray; it is not imported, which takes long."""
    if find_spec("ray") is None:
        raise UsageError("--ray needs Ray, which is not installed", hint='pip install "lstmcli[ray]"')


def connect(address: str) -> Any:
    """Ray, connected to a cluster.

    Raises:
        UsageError: there is no such cluster.
        LstmError: it does not start.
    """
    for name, value in {"RAY_USAGE_STATS_ENABLED": "0", "RAY_BACKEND_LOG_LEVEL": "fatal"}.items():
        os.environ.setdefault(name, value)
    import ray
    import ray.data

    warnings.filterwarnings("ignore", module=r"ray\.")
    for name in ("ray", "ray.data"):
        logging.getLogger(name).setLevel(logging.ERROR)
    if ray.is_initialized():
        return ray
    try:
        ray.init(
            address=None if address == ANYWHERE else address,
            log_to_driver=False,
            logging_level="ERROR",
            configure_logging=True,
            **({"include_dashboard": False} if address == HERE else {}),
        )
    except Exception as error:  # Ray's have no base class
        first = str(error).splitlines()[0][:300] if str(error) else type(error).__name__
        if isinstance(error, (ConnectionError, ValueError)):
            hint = "if it asks for a token, set RAY_AUTH_MODE=token; without an address one is started here"
            raise UsageError(f"there is no Ray cluster at {address!r}: {first}", hint=hint) from error
        raise LstmError(
            f"Ray does not start: {first}", hint="is the machine too busy? Run the command again"
        ) from error
    return ray


def _row(value: Any) -> dict[str, bytes]:
    return {"row": pickle.dumps(value)}


def _read(row: Mapping[str, bytes]) -> Iterator[dict[str, bytes]]:
    """The pieces of a file, and its end; a chained file goes to its worker as it is."""
    file: _File = pickle.loads(row["row"])
    if file.chained:
        yield dict(row)
        return
    for piece in _pieces(file):
        if isinstance(piece, _Found):
            yield _row(piece)
        else:
            asked = None if piece.head.digest in file.kept else Asked(piece.records, piece.head.number == 0)
            yield _row(_Found(file.number, piece.head, asked=asked))


def _pieces(file: _File) -> Iterator[Piece | _Found]:
    """The pieces of a file, and then its end with their number."""
    error, count = None, 0
    try:
        for piece in pieces(file.file.open(), file.key, chained=file.chained):
            count += 1
            yield piece
    except LstmError as failed:
        error = parts_of(failed)
    yield _Found(file.number, pieces=count, error=error)


class _Answering:
    """A worker: it opens the model once, with its first piece."""

    def __init__(self, opening: Opening, attempts: Any) -> None:
        """``attempts``: an ``_Attempts`` in a process of its own."""
        self._opening, self._attempts = opening, attempts
        self._answer: Answer | None = None

    def __call__(self, row: Mapping[str, bytes]) -> Iterator[dict[str, bytes]]:
        found = pickle.loads(row["row"])
        if isinstance(found, _File):
            yield from map(_row, self._chain(found))
        else:
            yield _row(found if found.asked is None else self._answered(found))

    def _chain(self, file: _File) -> Iterator[_Found]:
        state, count = b"", 0
        for piece in _pieces(file):
            if isinstance(piece, _Found):
                yield piece
                return
            count += 1
            if (kept := file.kept.get(piece.head.digest)) is not None:
                state = kept
                yield _Found(file.number, piece.head)
                continue
            asked = Asked(piece.records, piece.head.number == 0, True, state)
            yield (found := self._answered(_Found(file.number, piece.head, asked=asked)))
            if found.answered is None:
                yield _Found(file.number, pieces=count)
                return
            state = found.answered.state

    def _answered(self, found: _Found) -> _Found:
        import ray

        assert found.asked is not None and found.head is not None
        why = "a worker ended"
        while ray.get(self._attempts.begin.remote(found.head.digest)) <= TRIES:
            try:
                self._answer = self._answer or self._opening.open()
                return replace(found, asked=None, answered=self._answer(found.asked))
            except LstmError as error:
                return replace(found, asked=None, error=parts_of(error), closed=self._answer is None)
            except Exception as error:
                why = f"a worker failed: {type(error).__name__}: {error}"
        return replace(found, asked=None, error=parts_of(given_up(why, found.head)))


class _Attempts:
    """Counts how often a piece was begun: Ray gives out for ever what kills its worker."""

    def __init__(self) -> None:
        self._begun = Counter[str]()

    def begin(self, digest: str) -> int:
        self._begun[digest] += 1
        return self._begun[digest]
