"""How far a long text is tokenized: a bar on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from lstmcli.cli.language import of_display
from lstmcli.cli.output import console
from lstmcli.cli.output.progress import LINE_EVERY
from lstmcli.data.config import SPLIT_NAMES
from lstmcli.training.events import Tokenizing

if TYPE_CHECKING:
    from rich.console import Console

    from lstmcli.training.events import Event


class TokenizingProgress:
    """Shows ``Tokenizing`` events; any other event, and ``close``, ends the bar."""

    def __init__(self, out: Console) -> None:
        self._out = out
        self._bar: Any = None
        self._split = ""
        self._next_line = 0.0

    def handle(self, event: Event, *, quiet: bool) -> bool:
        """Whether it is an event of this kind."""
        if not isinstance(event, Tokenizing):
            self.close()
        elif not quiet:
            self._show(event)
        return isinstance(event, Tokenizing)

    def _show(self, event: Tokenizing) -> None:
        name = of_display(f"tokenizing {of_display(SPLIT_NAMES.get(event.split, event.split))}")
        if self._out.is_terminal and not self._out.is_dumb_terminal:
            self._draw(name, event)
        elif time.monotonic() >= self._next_line:
            self._next_line = time.monotonic() + LINE_EVERY
            done = of_display(f"{console.size(event.bytes)} of {console.size(event.of)}")
            console.show(self._out, f"{name}: {done}")

    def _draw(self, name: str, event: Tokenizing) -> None:
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

        if self._bar is None or self._split != event.split:
            self.close()
            columns = (TextColumn("{task.description}"), BarColumn(20), TransferSpeedColumn(), TimeRemainingColumn())
            bar: Any = Progress(*columns, console=self._out, transient=True)
            bar.add_task(name, total=event.of)
            bar.start()
            self._bar, self._split = bar, event.split
        self._bar.update(self._bar.tasks[0].id, completed=event.bytes)

    def close(self) -> None:
        if self._bar is not None:
            self._bar.stop()
            self._bar = None
