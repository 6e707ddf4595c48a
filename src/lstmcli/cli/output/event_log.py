"""Training events on stderr as JSON, one per line, as in ``log.jsonl``."""

from __future__ import annotations

from collections.abc import Iterable

from lstmcli.cli.io import streams
from lstmcli.cli.output.writer import to_json
from lstmcli.training import events


class EventLog:
    """Prints events.

    Args:
        warnings: about the data, which are printed first.
        quiet: print warnings only.
    """

    def __init__(self, warnings: Iterable[str], *, quiet: bool) -> None:
        self._quiet = quiet
        for message in warnings:
            self.handle(events.Warned(message))

    def handle(self, event: events.Event) -> None:
        if isinstance(event, events.Warned) or not self._quiet:
            streams.put(to_json(events.to_json(event)))

    def __enter__(self) -> EventLog:
        return self

    def __exit__(self, *_: object) -> None:
        pass
