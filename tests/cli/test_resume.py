"""Runs that are killed, for real, and go on to the very same weights."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import pytest

from support.runs import FAST_FOR_ONE_TASK, LIMIT, Runs


@pytest.fixture(scope="module", params=["lm", "classify"])
def runs(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Runs:
    found = Runs(tmp_path_factory.mktemp("runs"), request.param)
    begin = time.monotonic()
    found.whole("whole", "--checkpoint-every", "never")
    found.life = time.monotonic() - begin
    assert not found.checkpoints("whole")
    return found


def killed_until_done(runs: Runs, model: str, kills: int, seed: int) -> int:
    draw, survived, more = random.Random(seed), 0, list[str]()
    while survived < kills and not (runs.folder / model).exists():
        runs.ended(model, signal.SIGKILL, draw.random() * 0.4, *more)
        if runs.checkpoints(model):
            more, survived = ["--resume"], survived + 1
    if not (runs.folder / model).exists():
        assert "resuming from step" in runs.whole(model, "--resume")
    return survived


@FAST_FOR_ONE_TASK
def test_killed_again_and_again_it_ends_with_the_same_weights(runs: Runs) -> None:
    assert killed_until_done(runs, "killed", 2, seed=1) >= 1
    assert runs.weights("killed") == runs.weights("whole")
    assert not (runs.folder / "killed.unfinished").exists()


KILLS = 30


@pytest.mark.slow
def test_killed_at_any_moment(runs: Runs) -> None:
    """Half of the kills fall anywhere in the life of a process, from its first moment on; the others soon after a
    checkpoint of its own.  Whenever a model is there at last, its weights are those of a run that nobody killed."""
    draw, kills, resumed, models = random.Random(5), 0, 0, 0
    while kills < KILLS:
        model = f"often{models}"
        before = bool(runs.checkpoints(model))
        process = runs.start(model, "--resume")
        if draw.random() < 0.5:
            with suppress(subprocess.TimeoutExpired):
                process.wait(draw.random() * runs.life)
        else:
            runs.wait_for_checkpoints(process, model, 1)
            time.sleep(draw.random() * 0.4)
        process.kill()
        process.communicate()
        if process.returncode == -signal.SIGKILL:
            kills, resumed = kills + 1, resumed + before
            print(f"{runs.task}: {kills} kills, {resumed} of runs that had been killed before", flush=True)
        if (runs.folder / model).exists():
            assert runs.weights(model) == runs.weights("whole")
            models += 1
    last = f"often{models}"
    runs.whole(last, "--resume")
    assert runs.weights(last) == runs.weights("whole") and not runs.checkpoints(last)
    print(f"{runs.task}: {models + 1} models, all with the same weights")
    assert resumed >= KILLS // 4


@FAST_FOR_ONE_TASK
@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), pytest.param(signal.SIGTERM, 143, marks=pytest.mark.slow)]
)
def test_asked_to_stop_it_keeps_the_best_and_can_go_on(runs: Runs, number: int, code: int) -> None:
    model = f"asked{code}"
    assert runs.ended(model, number, 0.05).returncode == code
    assert (runs.folder / model).exists() and runs.checkpoints(model)
    said = runs.whole(model, code=1)
    assert "there is an unfinished run" in said and "--resume" in said and "--force" in said
    runs.whole(model, "--resume")
    assert runs.weights(model) == runs.weights("whole") and not runs.checkpoints(model)


@FAST_FOR_ONE_TASK
def test_asked_twice_it_ends_at_once_and_keeps_a_checkpoint(runs: Runs) -> None:
    process = runs.start("twice")
    runs.wait_for_checkpoints(process, "twice", 1)
    for number in (signal.SIGSTOP, signal.SIGINT, signal.SIGTERM, signal.SIGCONT):  # so that both come together
        process.send_signal(number)
    _, said = process.communicate(timeout=LIMIT)
    assert process.returncode == 143, said
    place = runs.folder / "twice.unfinished"
    assert f"the checkpoint in {place} is kept; repeat the command with --resume to continue" in said
    assert not (runs.folder / "twice").exists() and runs.checkpoints("twice")
    assert "resuming from step" in runs.whole("twice", "--resume")
    assert runs.weights("twice") == runs.weights("whole") and not runs.checkpoints("twice")


@FAST_FOR_ONE_TASK
def test_a_second_training_for_the_same_place_is_refused(runs: Runs) -> None:
    process = runs.start("same")
    runs.wait_for_checkpoints(process, "same", 1)
    process.send_signal(signal.SIGSTOP)
    try:
        for more in ([], ["--force"], ["--resume"]):
            said = runs.whole("same", *more, code=1)
            assert f"same: another training (process {process.pid}) is writing there" in said and "-o/--output" in said
        runs.whole("same", "--dry-run")
    finally:
        process.send_signal(signal.SIGCONT)
        _, said = process.communicate(timeout=LIMIT)
    assert process.returncode == 0, said
    assert runs.weights("same") == runs.weights("whole")
    assert not [path for path in runs.folder.iterdir() if path.name.startswith(".same")]


@pytest.mark.slow
def test_a_terminal_that_closes_costs_no_model(runs: Runs) -> None:
    pytest.importorskip("pty")
    ended = runs.hung_up("hung")
    assert ended == 129 and (runs.folder / "hung").exists() and runs.checkpoints("hung")
    runs.whole("hung", "--resume")
    assert runs.weights("hung") == runs.weights("whole") and not runs.checkpoints("hung")


@pytest.mark.slow
def test_a_torn_checkpoint_is_passed_over_for_the_one_before(runs: Runs) -> None:
    runs.ended("torn", signal.SIGKILL, 0.0, checkpoints=2)
    *_, last = runs.checkpoints("torn")
    data = last.read_bytes()
    last.write_bytes(data[: len(data) * 2 // 3])
    said = runs.whole("torn", "--resume")
    assert "damaged; the previous checkpoint is used" in said and last.name in said
    assert runs.weights("torn") == runs.weights("whole")


@pytest.mark.slow
def test_another_run_does_not_go_on_with_it(runs: Runs) -> None:
    runs.ended("other", signal.SIGKILL, 0.0)
    kept = [path.read_bytes() for path in runs.checkpoints("other")]
    said = runs.whole("other", "--resume", "--learning-rate", "0.01", code=2)
    assert "other settings: --learning-rate" in said and "--force" in said
    assert [path.read_bytes() for path in runs.checkpoints("other")] == kept
    runs.whole("other", "--dry-run")
    assert [path.read_bytes() for path in runs.checkpoints("other")] == kept
    runs.whole("other", "--force")
    assert runs.weights("other") == runs.weights("whole") and not runs.checkpoints("other")


@pytest.mark.slow
def test_it_goes_on_with_the_text_that_it_had(runs: Runs) -> None:
    runs.ended("data", signal.SIGKILL, 0.0)
    kept = [path.read_bytes() for path in runs.checkpoints("data")]
    text = runs.source.read_text(encoding="utf-8")
    try:
        runs.source.write_text(text.replace("bird", "bear", 1), encoding="utf-8")
        said = runs.whole("data", "--resume", code=3)
        assert f"error: {runs.source}: the unfinished run in" in said and "read other data" in said
        assert "--force" in said
        runs.source.unlink()
        assert str(runs.source) in runs.whole("data", "--resume", code=3)
        assert [path.read_bytes() for path in runs.checkpoints("data")] == kept
    finally:
        runs.source.write_text(text, encoding="utf-8")
    runs.whole("data", "--resume")
    assert runs.weights("data") == runs.weights("whole")


@pytest.mark.slow
def test_ids_that_are_cut_short_in_the_middle_of_a_run(tmp_path: Path) -> None:
    """They are mapped into memory: to read on would end the process without a word."""
    runs = Runs(tmp_path, "lm")
    process = runs.start("model")
    runs.wait_for_checkpoints(process, "model", 2)
    for path in (tmp_path / "cache").glob("*.ids"):
        os.truncate(path, 600)
    _, said = process.communicate(timeout=LIMIT)
    assert process.returncode == 3, said
    assert ".ids: the file of the tokenized text was truncated while it was in use" in said and "--resume" in said
    runs.whole("model", "--resume")
    weights = runs.weights("model")
    runs.whole("model", "--force")
    assert weights == runs.weights("model")


@FAST_FOR_ONE_TASK
def test_with_nothing_to_go_on_from_it_begins(runs: Runs) -> None:
    assert "from the start" in runs.whole("fresh", "--resume")
    assert runs.weights("fresh") == runs.weights("whole")
