"""Training events for programs that show how runs go: TensorBoard and MLflow.

One listener turns events into settings and scalars; each program has a tracker that takes them.
"""

from __future__ import annotations

import dataclasses
import getpass
import os
import secrets
import time
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any, Protocol

from lstmcli import __version__
from lstmcli.cli.io import streams
from lstmcli.errors import OutputError, UsageError
from lstmcli.safe_files import check_links
from lstmcli.training import events

PLAN = ("command", "model", "parameters", "epochs", "device", "threads", "precision", "seed")
"""Fields of ``RunPlanned`` that are settings of a run."""
FINISHED, STOPPED, FAILED = "FINISHED", "KILLED", "FAILED"
"""How a run ended, in the words of MLflow."""
MLFLOW_VARIABLES = {
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "10",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
}
"""Set for MLflow, unless they are set already: a server that is gone should not keep a training waiting for minutes,
and stdout is for data."""
AT_ONCE = 200
"""Scalars that MLflow gets together, at the latest."""
MAX_SETTING = 500
"""Characters of a setting for MLflow."""


class Tracker(Protocol):
    """Takes what is known of a run.  Any method may raise."""

    name: str

    def settings(self, values: Mapping[str, str]) -> None: ...

    def scalar(self, name: str, value: float, step: int) -> None: ...

    def flush(self) -> None: ...

    def saved(self, path: str, size: int) -> None: ...

    def close(self, status: str) -> None: ...


class Following:
    """A listener that passes a run to trackers.  One that fails is warned about once and left out.

    Args:
        given: the options of the run.
    """

    def __init__(self, trackers: Sequence[Tracker], given: Mapping[str, Any]) -> None:
        self._trackers = list(trackers)
        self._given = {name: str(value) for name, value in given.items()}
        self._step = 0
        self._status = FAILED

    def __enter__(self) -> Following:
        return self

    def __exit__(self, *_: object) -> None:
        self._each("close", self._status)
        self._trackers = []

    def handle(self, event: events.Event) -> None:
        if isinstance(event, events.RunPlanned):
            self._each("settings", self._given | {name: str(getattr(event, name)) for name in PLAN})
        elif isinstance(event, events.Step):
            self._step = event.step
            for name in ("loss", "learning_rate", "gradient_norm", "rate"):
                self._each("scalar", f"train/{name}", getattr(event, name), event.step)
        elif isinstance(event, events.Validated):
            self._each("scalar", "valid/loss", event.loss, event.step)
            self._each("scalar", f"valid/{event.metric}", event.value, event.step)
            self._each("flush")
        elif isinstance(event, events.Stopped):
            self._status = STOPPED if event.reason == "interrupted" else FINISHED
        elif isinstance(event, events.Measured):
            for name, value in _numbers(event.report):
                self._each("scalar", f"final/{event.split}/{name}", value, self._step)
        elif isinstance(event, events.Saved):
            self._each("saved", str(Path(event.path).absolute()), event.bytes)

    def _each(self, method: str, *arguments: Any) -> None:
        for tracker in list(self._trackers):
            try:
                getattr(tracker, method)(*arguments)
            except Exception as error:  # of any library; it costs no training
                reason = (getattr(error, "strerror", None) or str(error) or type(error).__name__).splitlines()[0]
                if not reason[:2].isupper():  # an abbreviation
                    reason = reason[:1].lower() + reason[1:]
                streams.note(f"warning: {tracker.name} can no longer be written: {reason[:300]}")
                self._trackers.remove(tracker)


def _numbers(report: Any) -> list[tuple[str, float]]:
    pairs = [(field.name, getattr(report, field.name)) for field in dataclasses.fields(report)]
    return [(name, float(x)) for name, x in pairs if isinstance(x, (int, float)) and not isinstance(x, bool)]


class TensorBoard:
    """Events for TensorBoard, written without PyTorch's own writer.

    Raises:
        UsageError: TensorBoard is not installed.
        OutputError: the folder cannot be written.
    """

    name = "TensorBoard events"

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

    def settings(self, values: Mapping[str, str]) -> None:
        self._table("settings", {"setting": "value", "---": "---", **values})

    def saved(self, path: str, size: int) -> None:
        self._table("model", {"model": path, "---": "---", "bytes": str(size)})

    def _table(self, tag: str, values: Mapping[str, str]) -> None:
        """A table on the page of texts."""
        from tensorboard.compat.proto.summary_pb2 import SummaryMetadata
        from tensorboard.compat.proto.tensor_pb2 import TensorProto
        from tensorboard.compat.proto.tensor_shape_pb2 import TensorShapeProto
        from tensorboard.compat.proto.types_pb2 import DT_STRING

        rows = "\n".join(f"| {name} | {value} |" for name, value in values.items())
        text = TensorProto(
            dtype=DT_STRING,
            string_val=[rows.encode("utf-8", "replace")],
            tensor_shape=TensorShapeProto(dim=[TensorShapeProto.Dim(size=1)]),
        )
        metadata = SummaryMetadata(plugin_data=SummaryMetadata.PluginData(plugin_name="text"))
        self._write(0, tag=tag, tensor=text, metadata=metadata)

    def scalar(self, name: str, value: float, step: int) -> None:
        self._write(step, tag=name, simple_value=value)

    def flush(self) -> None:
        pass  # a thread of TensorBoard's own does

    def close(self, status: str) -> None:
        self._writer.close()

    def _write(self, step: int, **value: Any) -> None:
        from tensorboard.compat.proto.event_pb2 import Event
        from tensorboard.compat.proto.summary_pb2 import Summary

        summary = Summary(value=[Summary.Value(**value)])
        self._writer.add_event(Event(wall_time=time.time(), step=step, summary=summary))


class MLflow:
    """A run of an experiment of MLflow, at ``$MLFLOW_TRACKING_URI``.

    Raises:
        UsageError: MLflow is not installed.
        OutputError: its server or database cannot be used.
    """

    name = "the MLflow run"

    def __init__(self, experiment: str) -> None:
        for name, value in MLFLOW_VARIABLES.items():
            os.environ.setdefault(name, value)
        try:
            from mlflow.entities import Metric, Param
            from mlflow.tracking import MlflowClient
        except ImportError as error:
            hint = "pip install 'lstmcli[mlflow]'"
            raise UsageError("--mlflow needs MLflow, which is not installed", hint=hint) from error
        self._metric, self._param = Metric, Param
        self._waiting: list[Any] = []
        try:
            self._client: Any = MlflowClient()
            found = self._client.get_experiment_by_name(experiment)
            key = found.experiment_id if found else self._client.create_experiment(experiment)
            tags = {"mlflow.source.name": f"lstm {__version__}", "mlflow.source.type": "LOCAL", "mlflow.user": _user()}
            self._run = self._client.create_run(key, tags=tags).info.run_id
        except Exception as error:  # MLflow's, SQLAlchemy's, requests'
            place = os.environ.get("MLFLOW_TRACKING_URI") or "its default place"
            reason = (str(error) or type(error).__name__).splitlines()[0][:300]
            hint = "set MLFLOW_TRACKING_URI to a server, or to sqlite:///mlflow.db with the whole of MLflow installed"
            raise OutputError(f"MLflow cannot use {place}: {reason}", hint=hint) from error

    def settings(self, values: Mapping[str, str]) -> None:
        params = [self._param(name, value[:MAX_SETTING]) for name, value in values.items() if value]
        self._client.log_batch(self._run, params=params)

    def scalar(self, name: str, value: float, step: int) -> None:
        self._waiting.append(self._metric(name, value, int(time.time() * 1000), step))
        if len(self._waiting) >= AT_ONCE:
            self.flush()

    def flush(self) -> None:
        waiting, self._waiting = self._waiting, []
        if waiting:
            self._client.log_batch(self._run, metrics=waiting)

    def saved(self, path: str, size: int) -> None:
        self._client.set_tag(self._run, "model", path)
        self._client.set_tag(self._run, "model_bytes", str(size))

    def close(self, status: str) -> None:
        self.flush()
        self._client.set_terminated(self._run, status)


def _user() -> str:
    """Who runs this; a container may know no name."""
    try:
        return getpass.getuser()
    except (ImportError, KeyError, OSError):
        return "unknown"


def listeners(tensorboard: Path | None, mlflow: str | None, plot: Path | None, given: Mapping[str, Any]) -> list[Any]:
    """Listeners besides the log, as contexts.

    Args:
        plot: a file for the curves.

    Raises:
        UsageError: a program is not installed.
        OutputError: a file cannot be written.
    """
    found: list[Any] = []
    if plot is not None:
        from lstmcli.cli.output.curves import CurveFile

        found.append(nullcontext(CurveFile(plot)))
    trackers: list[Tracker] = [] if tensorboard is None else [TensorBoard(tensorboard)]
    trackers += [] if mlflow is None else [MLflow(mlflow)]
    return [*found, Following(trackers, given)] if trackers else found
