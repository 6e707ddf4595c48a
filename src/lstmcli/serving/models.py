"""Models that are served: opened, warmed, and opened again when their directory is replaced."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lstmcli.errors import LstmError, UsageError
from lstmcli.model_dir.directory import identity, read_model
from lstmcli.serving.jobs import Worker
from lstmcli.serving.metrics import Metrics

if TYPE_CHECKING:
    from lstmcli.model_dir.loaded import Model
    from lstmcli.serving.operations import Operation
    from lstmcli.tasks import Task

LOG = logging.getLogger("lstmcli.serving")


@dataclass
class Served:
    """A model under a name."""

    name: str
    path: Path
    how: Mapping[str, Any]
    """Engine, device and threads."""
    metrics: Metrics
    model: Model = field(init=False)
    task: Task = field(init=False)
    operations: dict[str, Operation] = field(init=False)
    worker: Worker = field(init=False)

    def __post_init__(self) -> None:
        """Raises: LstmError, if the model cannot be used or served."""
        self._page: tuple[str, bytes] | None = None
        self._making_page = threading.Lock()
        self._seen = identity(self.path)
        self.task = read_model(self.path).task
        self.operations = {operation.name: operation for operation in self.task.feature("serve")()}
        self.model = self._open()
        self.metrics.loaded(self.name, self.checksum)
        self.worker = Worker(self.name, lambda items: self.metrics.batch(self.name, items))

    @property
    def checksum(self) -> str:
        return str(self.model.directory.config["checksum"])

    def page(self) -> bytes:
        """The page that runs the model in a browser, as ``lstm export --to html`` makes it; made once.

        Raises:
            UsageError: the model is too large for a page, or of a kind that has none.
        """
        from lstmcli.exporting.write import made

        with self._making_page:
            if self._page is None or self._page[0] != self.checksum:
                self._page = self.checksum, made(self.path, "html")[0].data
            return self._page[1]

    def reload(self) -> None:
        """Open the model again if its directory was replaced; requests that have begun end with the old one."""
        now = identity(self.path)
        if now == self._seen:
            return
        self._seen = now
        if now is None:
            LOG.warning("%s: the model directory is gone; the model in memory is used on", self.path)
            return
        try:
            found = read_model(self.path)
            if found.task is not self.task:
                raise UsageError(f"holds {found.task.title} now, not {self.task.title}", path=self.path)
            if found.config["checksum"] == self.checksum:
                return
            model = self._open()
        except LstmError as error:
            self.metrics.reload_failed(self.name)
            LOG.warning("%s; the model in memory is used on", error)
            return
        self.model = model  # the old one is freed when the last request that uses it has ended
        self.metrics.loaded(self.name, self.checksum)
        LOG.warning("%s: the model was replaced, and is loaded again", self.path)

    def _open(self) -> Model:
        """The model, with everything that it builds on its first use."""
        model: Model = self.task.feature("load")(self.path, **self.how)
        for operation in self.operations.values():
            done = _Warmed()
            worker = Worker("warm")
            worker.submit(operation.make(model, operation.request.model_validate(operation.example), done))
            done.wait()
            worker.stop(1)
        return model


class _Warmed:
    """Waits for an answer."""

    abandoned = False

    def __init__(self) -> None:
        self._ready = threading.Event()
        self._error: BaseException | None = None

    def event(self, event: Any) -> None:
        pass

    def done(self, results: list[Any]) -> None:
        self._ready.set()

    def failed(self, error: BaseException) -> None:
        self._error = error
        self._ready.set()

    def wait(self) -> None:
        self._ready.wait()
        if self._error is not None:
            raise self._error
