"""A network that could not be trained or saved is refused before it is made; its size comes from the shapes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from lstmcli import tasks
from lstmcli.errors import UsageError
from lstmcli.training import preflight, run
from lstmcli.training.job import TrainingJob
from lstmcli.training.start import Training

SOURCES = {
    "classify": "text,label\n" + "".join(f"a good room {n},pos\na bad room {n},neg\n" for n in range(10)),
    "translate": "source,target\n" + "".join(f"room {n},Zimmer {n}\nhouse {n},Haus {n}\n" for n in range(10)),
    "lm": "".join(f"a good room in a bad house {n}\n" for n in range(20)),
}


def events_of(task: str, folder: Path, **options: Any) -> list[Any]:
    """The events of a run up to its plan, as ``--dry-run`` has them."""
    source = folder / ("book.txt" if task == "lm" else "data.csv")
    source.write_text(SOURCES[task], encoding="utf-8")
    found = []
    with Training(str(source), {"threads": 1, "device": "cpu", **options}, task=task, dry_run=True) as training:
        for event in training.events():
            found.append(event)
            if type(event).__name__ == "RunPlanned":
                return found
    raise AssertionError("there was no plan")


@pytest.fixture
def never_built(monkeypatch: pytest.MonkeyPatch) -> None:
    def build(self: TrainingJob, device: str) -> None:
        raise AssertionError("the network is made")

    for task in tasks.BUILT_IN.values():
        (job,) = (kind for kind in vars(task.module("train")).values() if _is_job(kind))
        monkeypatch.setattr(job, "build", build)


def _is_job(kind: Any) -> bool:
    return isinstance(kind, type) and TrainingJob in kind.__mro__[1:]  # in Python 3.10 dict[str, Any] is a type, too


@pytest.mark.parametrize("task", SOURCES)
def test_a_network_that_no_file_holds_is_refused(task: str, tmp_path: Path, never_built: None) -> None:
    with pytest.raises(UsageError, match=r"network would have \d+,\d{3},\d{3},\d{3} parameters, and an ONNX") as caught:
        events_of(task, tmp_path, hidden=60_000)
    assert "--hidden" in (caught.value.hint or "")


@pytest.mark.parametrize("task", SOURCES)
def test_a_network_larger_than_the_memory_is_refused(
    task: str, tmp_path: Path, never_built: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preflight, "usable_memory", lambda: 10**9)
    with pytest.raises(UsageError, match=r"its training needs [\d.]+ GB of memory at least, and there are 1.0 GB"):
        events_of(task, tmp_path, hidden=6_000)


@pytest.mark.parametrize("task", SOURCES)
def test_the_size_is_that_of_the_network(task: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[preflight.Shapes] = []
    monkeypatch.setattr(run, "check_fits", lambda shapes, device: sizes.append(shapes))
    plan = events_of(task, tmp_path, hidden=8, embedding=8)[-1]
    assert sum(map(preflight.math.prod, sizes[0].values())) == plan.parameters


def test_an_estimate_above_the_memory_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preflight, "usable_memory", lambda: 10**8)
    said = [event.message for event in events_of("lm", tmp_path, hidden=8, embedding=8) if hasattr(event, "message")]
    assert any("of memory, and there are 100.0 MB" in one for one in said), said
