"""Disks that are full, fill up, or can only be read: the run is not lost, and nothing else is."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from lstmcli.errors import OutputError
from lstmcli.model_dir.directory import read_model
from support.disks import FILLER, Disk, small_disk
from support.refusing import GOOD
from support.runs import FAST_FOR_ONE_TASK, LIMIT, LSTM, Runs

SHORT = ("--epochs", "2")
OFTEN = ("--checkpoint-every", "0.05s")
NO_SPACE = "cannot be written: no space left on device"


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    with small_disk(tmp_path / "disk", 12_000_000) as found:
        yield found


@pytest.fixture(scope="module", params=["classify", "lm"])
def runs(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Runs:
    found = Runs(tmp_path_factory.mktemp("runs"), request.param)
    found.whole("whole", "--checkpoint-every", "never")
    return found


def on(disk: Disk, runs: Runs) -> Runs:
    """The same runs, on that disk; the text stays where it is."""
    own = Runs(runs.folder, runs.task)
    own.folder, own.seen, own.prefix = disk.place, disk.inside, disk.prefix
    own.environment |= {"TMPDIR": str(disk.place)}
    return own


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def no_traceback(said: str) -> None:
    assert "Traceback" not in said and "unexpected" not in said
    assert said.count("error: ") == 1 and said.count("hint: ") == 1


# All that a run writes


@FAST_FOR_ONE_TASK
def test_a_disk_that_is_full_keeps_the_model_elsewhere(runs: Runs, disk: Disk, tmp_path: Path) -> None:
    """An earlier model is there, and stays; checkpoints fail; the new model is not lost."""
    shutil.copytree(runs.folder / "whole", disk.inside / "model")
    disk.fill()
    before, elsewhere = contents(disk.inside), tmp_path / "elsewhere"
    elsewhere.mkdir()
    full = on(disk, runs)
    full.environment |= {"TMPDIR": str(elsewhere)}
    said = full.whole("model", "--force", *SHORT, *OFTEN, code=1)
    no_traceback(said)
    assert "of space left, and the model takes about" in said
    assert said.count("no checkpoint can be written: no space left on device; training continues") == 1
    assert f"error: {disk.place}/model: {NO_SPACE}" in said
    (kept,) = elsewhere.glob("lstm-*")  # torch has a folder of its own there
    assert f"hint: the model is kept in {kept}: use it there with -m" in said
    read_model(kept).verify()
    assert contents(disk.inside) == before


@pytest.mark.slow
def test_a_disk_that_is_full_everywhere(runs: Runs, disk: Disk) -> None:
    shutil.copytree(runs.folder / "whole", disk.inside / "model")
    disk.fill()
    before = disk.holds()
    said = on(disk, runs).whole("model", "--force", *SHORT, *OFTEN, code=1)
    no_traceback(said)
    assert f"error: {disk.place}/model: {NO_SPACE}\nhint: free some space" in said
    assert disk.holds() == before and contents(disk.inside / "model") == contents(runs.folder / "whole")


@pytest.mark.slow
def test_a_checkpoint_that_finds_no_room_is_no_reason_to_end(runs: Runs, disk: Disk) -> None:
    model = sum(map(len, contents(runs.folder / "whole").values()))
    disk.fill(leave=model * 3 // 2)
    said = on(disk, runs).whole("model", *OFTEN)
    assert said.count("no checkpoint can be written") == 1 and "saved" in said
    assert on(disk, runs).weights("model") == runs.weights("whole")
    assert {name.split("/")[0] for name in disk.holds()} == {"model", FILLER}


@pytest.mark.slow
def test_a_disk_that_fills_up_on_the_way(runs: Runs, disk: Disk) -> None:
    """The checkpoints from before are as they were, and the run goes on from them to the same weights."""
    own = on(disk, runs)
    process = own.start("model", *OFTEN)
    own.wait_for_checkpoints(process, "model", 2)
    process.send_signal(signal.SIGSTOP)  # on two busy cores it would else be done before the disk is full
    disk.fill()
    process.send_signal(signal.SIGCONT)
    _, said = process.communicate(timeout=LIMIT)
    assert process.returncode == 1, said
    no_traceback(said)
    assert "continue with the same command and --resume" in said and "no checkpoint can be written" in said
    assert disk.holds() == sorted(
        [FILLER, "model.unfinished", *(f"model.unfinished/{path.name}" for path in own.checkpoints("model"))]
    )
    assert len(own.checkpoints("model")) == 2
    disk.empty()
    said = own.whole("model", "--resume")
    assert "resuming from step" in said and "torn" not in said
    assert own.weights("model") == runs.weights("whole") and disk.holds() == [
        "model",
        *sorted(f"model/{name}" for name in contents(runs.folder / "whole")),
    ]


@pytest.mark.slow
def test_a_disk_that_can_only_be_read_from_some_moment_on(runs: Runs, disk: Disk, tmp_path: Path) -> None:
    own, elsewhere = on(disk, runs), tmp_path / "elsewhere"
    elsewhere.mkdir()
    own.environment |= {"TMPDIR": str(elsewhere)}
    process = own.start("model", *OFTEN)
    own.wait_for_checkpoints(process, "model", 2)
    disk.writable(False)
    before = contents(disk.inside)
    _, said = process.communicate(timeout=LIMIT)
    assert process.returncode == 1, said
    no_traceback(said)
    assert f"error: {disk.place}/model: cannot be written: read-only file system" in said
    (kept,) = elsewhere.glob("lstm-*")  # torch has a folder of its own there
    assert (kept / "model.safetensors").read_bytes() == runs.weights("whole")
    assert contents(disk.inside) == before
    disk.writable(True)
    own.whole("model", "--resume")
    assert own.weights("model") == runs.weights("whole")


@FAST_FOR_ONE_TASK
def test_a_limit_to_the_size_of_files(runs: Runs, tmp_path: Path) -> None:
    """Without any disk of its own: the same as a full disk, wherever tests run."""
    own = Runs(tmp_path, runs.task)
    own.prefix = ("bash", "-c", 'ulimit -f 1; exec "$@"', "bash")
    own.environment |= {"TMPDIR": str(tmp_path), "LSTM_CACHE": str(runs.folder / "cache")}
    before = contents(tmp_path)
    said = own.whole("model", *SHORT, *OFTEN, code=1)
    no_traceback(said)
    assert said.count("no checkpoint can be written: file too large; training continues") == 1
    assert f"error: {tmp_path}/model: cannot be written: file too large" in said and "ulimit -f" in said
    assert contents(tmp_path) == before and not own.checkpoints("model")


# Found out before anything is read


def test_a_disk_that_can_only_be_read(disk: Disk) -> None:
    shutil.copytree(Path(__file__).parent, disk.inside / "some", ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    disk.writable(False)
    for target in ("model", "deep/er/model"):
        command = [*disk.prefix, LSTM, "train", "no such file.csv", "-o", str(disk.place / target)]
        found = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT)
        assert found.returncode == 1
        assert f"{disk.place / target}: cannot be written: read-only file system" in found.stderr
        no_traceback(found.stderr)


@pytest.mark.skipif(os.name != "posix" or os.getuid() == 0, reason="nothing is closed to root")
def test_a_folder_that_is_closed(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    found = subprocess.run(
        [LSTM, "train", "no such file.csv", "-o", str(tmp_path / "model")],
        capture_output=True,
        text=True,
        timeout=LIMIT,
    )
    tmp_path.chmod(0o700)
    assert found.returncode == 1 and "cannot be written: permission denied" in found.stderr


# What else is written


def test_the_ids_of_a_language_model_find_no_room(disk: Disk, tmp_path: Path) -> None:
    runs = Runs(tmp_path, "lm")
    runs.prefix, runs.environment = disk.prefix, {**runs.environment, "LSTM_CACHE": str(disk.place / "cache")}
    (disk.inside / "cache").mkdir()
    disk.fill()
    said = runs.whole("model", code=1)
    no_traceback(said)
    assert f"{disk.place}/cache: the tokenized text cannot be written: no space left on device" in said.lower()
    assert "$LSTM_CACHE" in said and disk.holds() == ["cache", FILLER]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["disk", "text.txt"]


def test_a_page_finds_no_room(disk: Disk, sound: Path) -> None:
    page = disk.inside / "page.html"
    command = [*disk.prefix, LSTM, "inspect", "fine", "-m", str(sound), "--html", str(disk.place / "page.html")]

    def inspect(said: str) -> None:
        found = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT)
        assert (found.returncode, found.stdout) == (1, "")
        no_traceback(found.stderr)
        assert f"error: {disk.place / 'page.html'}: {said}" in found.stderr

    assert subprocess.run(command, capture_output=True, timeout=LIMIT).returncode == 0
    before = page.read_bytes()
    disk.fill()
    inspect(NO_SPACE)
    assert page.read_bytes() == before and disk.holds() == ["page.html", FILLER]
    disk.writable(False)
    inspect("its folder cannot be written to")


@pytest.mark.slow
def test_a_comparison_finds_no_room_for_its_report(disk: Disk, tmp_path: Path) -> None:
    """What was measured is on stdout all the same."""
    (tmp_path / "good.csv").write_text(GOOD, encoding="utf-8")
    command = [
        *(*disk.prefix, LSTM, "compare", str(tmp_path / "good.csv"), "--cells", "lstm,rnn", "--seeds", "1"),
        *("--hidden", "8", "--embedding", "6", "--epochs", "1", "--threads", "1", "--format", "json"),
        *("-o", str(disk.place / "out")),
    ]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "TMPDIR": str(tmp_path)}
    disk.fill(leave=100_000)  # for two models, and not for a report
    found = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT, env=environment)
    assert found.returncode == 1
    no_traceback(found.stderr)
    assert '"standings"' in found.stdout
    assert not [name for name in disk.holds() if ".tmp" in name or name.startswith("out/.")]


def test_a_page_that_cannot_be_written_is_an_error_of_ours(tmp_path: Path) -> None:
    from lstmcli.cli.output import html

    def parts() -> Iterator[str]:
        yield "half"
        raise OSError(28, "No space left on device")

    with pytest.raises(OutputError, match=NO_SPACE):
        html.write_whole(tmp_path / "page.html", parts())
    assert not list(tmp_path.iterdir())
