"""Several processes make the steps that one process makes, whatever becomes of one of them."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from lstmcli.errors import LstmError
from lstmcli.training.distributed import ALONE, Group
from support.several import GOING_ON, PRETRAINED, REHEARSED, STORED, TASKS, assert_same, train_all, write_sources

SCRIPT = Path(__file__).resolve().parent.parent / "support" / "several.py"
LSTM = str(Path(sys.executable).with_name("lstm"))
TORCHRUN = [sys.executable, "-m", "torch.distributed.run"]
LIMIT = 600.0


def started_by_hand(folder: Path, world: int, *names: str) -> None:
    """Run the trainings in so many processes, as torchrun would start them."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    place = {"WORLD_SIZE": str(world), "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, str(SCRIPT), str(folder), *names]
    processes = [subprocess.Popen(command, env={**os.environ, **place, "RANK": str(rank)}) for rank in range(world)]
    try:
        assert [process.wait(LIMIT) for process in processes] == [0] * world
    finally:
        for process in processes:
            process.kill()


def one_is_several(folder: Path, *worlds: int, names: Sequence[str] = TASKS) -> None:
    write_sources(folder)
    for world in worlds:
        started_by_hand(folder, world, *names)
    train_all(folder, ALONE, names)
    for name in names:
        for world in worlds:
            assert_same(folder / f"{name}-1", folder / f"{name}-{world}")


def test_two_processes_have_the_losses_and_weights_of_one(tmp_path: Path) -> None:
    one_is_several(tmp_path, 2)


@pytest.mark.slow
def test_four_processes_have_the_losses_and_weights_of_one(tmp_path: Path) -> None:
    one_is_several(tmp_path, 4, 3)


@pytest.mark.slow
def test_several_processes_pretrain_as_one_does(tmp_path: Path) -> None:
    write_sources(tmp_path)
    train_all(tmp_path, ALONE, ["lm"])
    one_is_several(tmp_path, 2, names=PRETRAINED)


@pytest.mark.slow
def test_several_processes_go_on_from_a_classifier_as_one_does(tmp_path: Path) -> None:
    write_sources(tmp_path)
    train_all(tmp_path, ALONE, ["classify"])
    one_is_several(tmp_path, 2, names=[GOING_ON])


@pytest.mark.slow
def test_several_processes_make_up_text_as_one_does(tmp_path: Path) -> None:
    write_sources(tmp_path)
    train_all(tmp_path, ALONE, ["lm"])
    one_is_several(tmp_path, 2, names=[REHEARSED])


@pytest.mark.slow
def test_several_processes_divide_pairs_that_are_kept_in_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LSTM_CACHE", str(tmp_path / "cache"))
    one_is_several(tmp_path, 2, names=[STORED + "translate"])
    made = (tmp_path / "written").read_text("utf-8").split()
    assert len(made) > 20
    train_all(tmp_path, ALONE, ["translate"])
    assert_same(tmp_path / "translate-1", tmp_path / f"{STORED}translate-2")


def test_the_parts_of_a_batch_are_all_of_it() -> None:
    weights = np.array([1.0, 2.0, 3.0, 4.0, 5.0])
    groups = [Group(rank, 3) for rank in range(3)]
    parts = [group.part(weights) for group in groups]
    assert sorted(np.concatenate([weights[part.rows] for part in parts])) == weights.tolist()
    assert sum(part.share for part in parts) == pytest.approx(1.0)
    few = [group.part(weights[:2]) for group in groups]
    assert few[2].share == 0.0 and len(weights[:2][few[2].rows]) == 1  # a row that counts nothing
    assert ALONE.part(weights) == (slice(None), 1.0)


class Training:
    """``lstm train`` of a language model in several processes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        write_sources(folder)
        self.environment = {**os.environ, "OMP_NUM_THREADS": "1"}

    def command(self, model: str, *more: str) -> list[str]:
        small = ["--hidden", "8", "--embedding", "8", "--epochs", "120", "--batch-size", "5", "--layers", "1"]
        how = ["--threads", "1", "--checkpoint-every", "0.2s", "--task", "lm", "--bptt", "10"]
        return ["train", str(self.folder / "data.txt"), "-o", str(self.folder / model), *small, *how, *more]

    def start(self, model: str, *more: str, by: list[str] | None = None) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [*(by or [LSTM]), *self.command(model, *more)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True, env=self.environment,
        )  # fmt: skip

    def end(self, process: subprocess.Popen[str]) -> tuple[int, str]:
        said = process.communicate(timeout=LIMIT)[1]
        return process.returncode, said

    def whole(self, model: str, *more: str) -> str:
        code, said = self.end(self.start(model, *more))
        assert code == 0, said
        return said

    def wait_for_checkpoint(self, model: str) -> None:
        wait(lambda: any((self.folder / f"{model}.unfinished").glob("*.checkpoint")))

    def worker(self, model: str, rank: int) -> int:
        """The process id of a rank."""
        found: list[int] = []

        def find() -> bool:
            for place in Path("/proc").glob("[0-9]*"):
                try:
                    words, environment = (place / "cmdline").read_bytes(), (place / "environ").read_bytes()
                except OSError:
                    continue
                if str(self.folder / model).encode() in words and f"\0RANK={rank}\0".encode() in b"\0" + environment:
                    found.append(int(place.name))
            return bool(found)

        wait(find)
        return found[0]

    def weights(self, model: str) -> bytes:
        return (self.folder / model / "model.safetensors").read_bytes()


def wait(ready: Callable[[], bool]) -> None:
    end = time.monotonic() + 120
    while not ready():
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.fixture(scope="module")
def training(tmp_path_factory: pytest.TempPathFactory) -> Training:
    found = Training(tmp_path_factory.mktemp("processes"))
    found.whole("whole", "--processes", "2")
    return found


@pytest.mark.slow
def test_a_killed_process_is_named_and_the_run_goes_on_to_the_same_weights(training: Training) -> None:
    process = training.start("killed", "--processes", "2")
    training.wait_for_checkpoint("killed")
    os.kill(training.worker("killed", 1), signal.SIGKILL)
    code, said = training.end(process)
    assert code == 1 and "process 1 of 2 was ended by SIGKILL" in said and "--resume" in said
    assert "Traceback" not in said
    assert "resuming from step" in training.whole("killed", "--processes", "2", "--resume")
    assert training.weights("killed") == training.weights("whole")


@pytest.mark.slow
def test_it_goes_on_with_another_number_of_processes(training: Training) -> None:
    process = training.start("fewer", "--processes", "2")
    training.wait_for_checkpoint("fewer")
    os.kill(training.worker("fewer", 0), signal.SIGKILL)
    code, said = training.end(process)
    assert code == 1 and "process 0 of 2 was ended by SIGKILL" in said
    said = training.whole("fewer", "--processes", "3", "--resume")
    assert "changed since the run began: machine.processes" in said and "resuming from step" in said


@pytest.mark.slow
def test_torchrun_starts_again_what_was_killed(training: Training) -> None:
    options = ["--standalone", "--nproc-per-node", "2", "--max-restarts", "1", "-m", "lstmcli"]
    process = training.start("restarted", "--force", by=[*TORCHRUN, *options])
    training.wait_for_checkpoint("restarted")
    os.kill(training.worker("restarted", 1), signal.SIGKILL)
    code, said = training.end(process)
    assert code == 0 and "resuming from step" in said, said
    assert training.weights("restarted") == training.weights("whole")


@pytest.mark.slow
def test_a_process_that_stalls_ends_the_run_in_time(training: Training) -> None:
    process = training.start("stalled", "--processes", "2", "--process-timeout", "3s")
    training.wait_for_checkpoint("stalled")
    os.kill(training.worker("stalled", 1), signal.SIGSTOP)
    code, said = training.end(process)
    assert code == 1 and "process 1 of 2 has not answered for 3s" in said and "--resume" in said


@pytest.mark.slow
def test_ctrl_c_saves_the_best_model(training: Training) -> None:
    process = training.start("stopped", "--processes", "2", "--epochs", "100000")
    training.wait_for_checkpoint("stopped")
    process.send_signal(signal.SIGINT)
    code, said = training.end(process)
    assert code == 130 and "saved" in said, said
    assert training.weights("stopped")


@pytest.mark.slow
def test_an_error_is_said_once_with_its_exit_code(tmp_path: Path, training: Training) -> None:
    found = subprocess.run(
        [LSTM, "train", str(tmp_path / "none.csv"), "--processes", "2"], capture_output=True, text=True, timeout=LIMIT
    )
    assert found.returncode == 3 and found.stderr.count("no such file") == 1
    code, said = training.end(training.start("batch", "--processes", "2", "--batch-size", "1"))
    assert code == 2 and "a batch of 1 cannot be dealt to 2 processes" in said


def test_other_data_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    group = Group(1, 2)
    monkeypatch.setattr(group, "from_main", lambda value: dict.fromkeys(value, "another digest"))
    with pytest.raises(LstmError, match="process 1 of 2 has other data than process 0"):
        group.agree({"data": {"fingerprint": "x"}})


@pytest.mark.slow
def test_two_machines_and_the_cable_between_them() -> None:
    """In network namespaces; needs root."""
    script = SCRIPT.parent.parent.parent / "benchmarks" / "namespaces.py"
    found = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, timeout=1500)
    if found.returncode == 77:
        pytest.skip(found.stdout)
    assert found.returncode == 0, found.stdout + found.stderr
    assert "process 1 of 2" in found.stdout
