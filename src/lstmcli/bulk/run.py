"""Answers many files into a folder."""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Iterator, Sequence

from lstmcli.bulk.answers import Opening
from lstmcli.bulk.events import Event, Noted
from lstmcli.bulk.file import BulkFile, FileInWork
from lstmcli.bulk.folder import AnswerFolder
from lstmcli.bulk.workers import Job, Workers


def answer_files(
    files: Sequence[BulkFile], folder: AnswerFolder, opening: Opening, count: int, memory: int | None = None
) -> Iterator[Event]:
    """Answer files by ``count`` workers; the next file is begun when the others have nothing to give out.

    The answers are the same, byte for byte, for any number of workers.

    Args:
        memory: bytes that this process and its workers may take.

    Raises:
        OutputError: the folder cannot be written.
        LstmError: the model cannot be opened, or there is not enough memory for one worker.
    """
    waiting, begun = deque(files), list[FileInWork]()

    def next_job() -> Generator[Event, None, Job | None]:
        while True:
            for each in begun:
                for found in each.next_job():
                    if isinstance(found, Job):
                        return found
                    yield found
            yield from _finish(begun)
            if not waiting:
                return None
            begun.append(FileInWork(waiting.popleft(), folder))
            yield from begun[-1].open()

    ahead: Job | None = None
    with Workers(opening, count, memory) as workers:
        while True:
            while workers.free and (ahead := ahead or (yield from next_job())) is not None:
                workers.give(ahead)
                ahead = None
            yield from _notes(workers)
            if not workers.busy:
                break
            ahead = ahead or (yield from next_job())  # read while they work, so that none waits for its next piece
            job, answered = workers.wait()
            yield from _notes(workers)
            yield from job.owner.take(job.piece.head, answered)
            yield from _finish(begun)


def _finish(begun: list[FileInWork]) -> Iterator[Event]:
    for each in [each for each in begun if each.finished]:
        begun.remove(each)
        yield from each.finish()


def _notes(workers: Workers) -> Iterator[Event]:
    while workers.notes:
        yield Noted(workers.notes.pop(0))
