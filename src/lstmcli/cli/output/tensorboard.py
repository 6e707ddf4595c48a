"""Training events for TensorBoard, written without PyTorch's own writer."""

from __future__ import annotations

import secrets
import time
from pathlib import Path
from typing import Any

from lstmcli.cli.io import streams
from lstmcli.errors import OutputError, UsageError
from lstmcli.safe_files import check_links
from lstmcli.training import events


class Scalars:
    """Writes losses, learning rates and validation scores as TensorBoard events.

    Raises:
        UsageError: TensorBoard is not installed.
        OutputError: the folder cannot be written.
    """

    def __init__(self, folder: Path) -> None:
        try:
            from tensorboard.summary.writer.event_file_writer import EventFileWriter
        except ImportError as error:
            hint = "pip install 'lstmcli[tensorboard]'"
            raise UsageError("--tensorboard needs TensorBoard, which is not installed", hint=hint) from error
        if folder.exists() and not folder.is_dir():
            raise OutputError("is not a folder, which --tensorboard needs", path=folder)
        try:
            check_links(folder)
            # TensorBoard follows links; a random name cannot be prepared by another user.
            self._writer: Any = EventFileWriter(str(folder), filename_suffix=f".{secrets.token_hex(8)}")
        except OSError as error:
            raise OutputError(f"cannot be written: {error.strerror}", path=folder) from error

    def handle(self, event: events.Event) -> None:
        """Write an event; on a write error, warn once and let the training go on."""
        if self._writer is None:
            return
        try:
            self._handle(event)
        except OSError as error:
            streams.note(
                f"warning: TensorBoard events can no longer be written: {(error.strerror or str(error)).lower()}"
            )
            self._writer = None

    def _handle(self, event: events.Event) -> None:
        if isinstance(event, events.Step):
            for name in ("loss", "learning_rate", "gradient_norm", "rate"):
                self._write(f"train/{name}", getattr(event, name), event.step)
        elif isinstance(event, events.Validated):
            self._write("valid/loss", event.loss, event.step)
            self._write(f"valid/{event.metric}", event.value, event.step)
        elif isinstance(event, events.Stopped):
            self._writer.close()

    def _write(self, tag: str, value: float, step: int) -> None:
        from tensorboard.compat.proto.event_pb2 import Event
        from tensorboard.compat.proto.summary_pb2 import Summary

        summary = Summary(value=[Summary.Value(tag=tag, simple_value=value)])
        self._writer.add_event(Event(wall_time=time.time(), step=step, summary=summary))
