"""Runs that are killed, for real, and go on to the very same weights."""

from __future__ import annotations

import random
import signal

import pytest

from cli.runs import Runs


@pytest.fixture(scope="module", params=["lm", "classify"])
def runs(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Runs:
    found = Runs(tmp_path_factory.mktemp("runs"), request.param)
    found.whole("whole", "--checkpoint-every", "never")
    assert not found.checkpoints("whole")
    return found


def killed_until_done(runs: Runs, model: str, kills: int, seed: int) -> int:
    draw, survived, more = random.Random(seed), 0, list[str]()
    while survived < kills and not (runs.folder / model).exists():
        runs.ended(model, signal.SIGKILL, draw.random() * 0.4, *more)
        if runs.checkpoints(model):
            more, survived = ["--resume"], survived + 1
    if not (runs.folder / model).exists():
        assert "going on from step" in runs.whole(model, "--resume")
    return survived


def test_killed_again_and_again_it_ends_with_the_same_weights(runs: Runs) -> None:
    assert killed_until_done(runs, "killed", 3, seed=1) >= 1
    assert runs.weights("killed") == runs.weights("whole")
    assert not (runs.folder / "killed.unfinished").exists()


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10))
def test_however_often_it_is_killed(runs: Runs, seed: int) -> None:
    assert killed_until_done(runs, f"often{seed}", 6, seed) >= 1
    assert runs.weights(f"often{seed}") == runs.weights("whole")


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_asked_to_stop_it_keeps_the_best_and_can_go_on(runs: Runs, number: int, code: int) -> None:
    model = f"asked{code}"
    assert runs.ended(model, number, 0.05).returncode == code
    assert (runs.folder / model).exists() and runs.checkpoints(model)
    said = runs.whole(model, code=1)
    assert "a run was not finished" in said and "--resume" in said and "--force" in said
    runs.whole(model, "--resume")
    assert runs.weights(model) == runs.weights("whole") and not runs.checkpoints(model)


def test_a_torn_checkpoint_is_passed_over_for_the_one_before(runs: Runs) -> None:
    runs.ended("torn", signal.SIGKILL, 0.5)
    *_, last = runs.checkpoints("torn")
    data = last.read_bytes()
    last.write_bytes(data[: len(data) * 2 // 3])
    said = runs.whole("torn", "--resume")
    assert "torn or altered" in said and last.name in said
    assert runs.weights("torn") == runs.weights("whole")


def test_another_run_does_not_go_on_with_it(runs: Runs) -> None:
    runs.ended("other", signal.SIGKILL, 0.0)
    kept = [path.read_bytes() for path in runs.checkpoints("other")]
    said = runs.whole("other", "--resume", "--learning-rate", "0.01", code=2)
    assert "other settings: config.train.learning_rate" in said and "--force" in said
    assert [path.read_bytes() for path in runs.checkpoints("other")] == kept
    runs.whole("other", "--dry-run")
    assert [path.read_bytes() for path in runs.checkpoints("other")] == kept
    runs.whole("other", "--force")
    assert runs.weights("other") == runs.weights("whole") and not runs.checkpoints("other")


def test_with_nothing_to_go_on_from_it_begins(runs: Runs) -> None:
    assert "from the start" in runs.whole("fresh", "--resume")
    assert runs.weights("fresh") == runs.weights("whole")
