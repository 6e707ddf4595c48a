"""What ``-o DIR`` says while it works: a bar over all files on a terminal, and a line for each file."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from lstmcli.bulk import events
from lstmcli.cli.io import streams
from lstmcli.cli.language import of_display
from lstmcli.cli.output.console import console, safe
from lstmcli.errors import LstmError
from lstmcli.plural import count


class BulkProgress:
    """Says what is done, and adds it up; ``with`` draws the bar.

    Args:
        sizes: bytes of each file.
    """

    def __init__(self, sizes: dict[Path, int], *, quiet: bool) -> None:
        self.counts: Counter[str] = Counter()
        self.failures: list[LstmError] = []
        self._sizes, self._quiet = sizes, quiet
        self._read: dict[Path, int] = {}
        self._rows = self._files = 0
        self._bar: Any = None

    def __enter__(self) -> BulkProgress:
        screen = console(stderr=True)
        if self._quiet or not screen.is_terminal or screen.is_dumb_terminal:
            return self
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (TextColumn("{task.description}"), BarColumn(20), TextColumn("{task.fields[rate]}"))
        self._bar = Progress(*columns, TimeRemainingColumn(compact=True), console=screen, transient=True)
        self._bar.add_task("", total=sum(self._sizes.values()) or None, rate="")
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def __call__(self, event: events.Event) -> None:
        match event:
            case events.Opened():
                self._say(*event.notes)
            case events.Answering():
                self._rows += event.rows * (not event.before)
                read = self._read.get(event.path, 0) + event.bytes
                self._read[event.path] = min(read, self._sizes[event.path])
            case events.Noted():
                streams.note(f"warning: {safe(event.message)}")
            case events.Failed():
                self.failures.append(event.error)
                self._close(event.path)
            case events.Done():
                self._done(event)
        if self._bar is not None:
            self._draw()

    def _draw(self) -> None:
        (task,) = self._bar.tasks
        seconds = task.elapsed or 0.0
        rate = of_display(count(self._rows, "text"))
        rate += of_display(f", {self._rows / seconds:,.0f} a second") if seconds > 1 else ""
        files = of_display(f"{self._files} of {count(len(self._sizes), 'file')}")
        self._bar.update(task.id, completed=sum(self._read.values()), description=files, rate=rate)

    def _close(self, path: Path) -> None:
        self._files += 1
        self._read[path] = self._sizes[path]

    def _done(self, event: events.Done) -> None:
        self._close(event.path)
        if event.before:
            self._say(f"{event.path}: answered before")
            return
        self.counts.update(event.counts)
        before = f", {event.rows_before:,} of them before" if event.rows_before else ""
        self._say(f"{event.path}: {count(event.rows, 'text')} answered{before}")
        for warning in event.warnings:
            streams.note(f"warning: {safe(warning)}")

    def _say(self, *messages: str) -> None:
        if not self._quiet:
            for message in messages:
                streams.note(safe(message))
