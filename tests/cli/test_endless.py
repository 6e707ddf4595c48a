"""Input that never ends, and pipes and devices where files are expected: read once, or refused with a sentence."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import Result

from lstmcli.data import bounds
from lstmcli.data.encoding import TextLines
from lstmcli.data.formats import delimited
from support.generate_models import untrained_language_model
from support.models import untrained_model
from support.refusing import GOOD, lstm
from support.runs import LSTM

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="devices of Linux")
TOO_LONG = "line 1: a line of more than 100,000 bytes"
SMALL = "--epochs=1 --hidden=4 --embedding=4 --threads=1"
MEMORY = 3 << 30
"""Bytes of addresses more: an endless input that is kept ends with an error that names no line."""
ONE_LINE, LINES = b"y" * 500_000, b"y\n" * 500_000


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("endless")
    untrained_model(folder / "c")
    untrained_language_model(folder / "l")
    (folder / "t.csv").write_text(GOOD)
    (folder / "a.txt").write_text("good\n" * 40)
    (folder / "t.txt").write_text("a fine film\n" * 3)
    (folder / "none").mkdir()
    return folder


@pytest.fixture(autouse=True)
def at(place: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """In that folder, with a limit on memory."""
    monkeypatch.chdir(place)
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    now = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmSize")) * 1024
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (now + MEMORY, hard))
    yield
    resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


@pytest.fixture
def low_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (bounds, delimited):
        monkeypatch.setattr(module, "MAX_LINE", 100_000)
    monkeypatch.setattr(TextLines.__init__, "__defaults__", (100_000,))
    monkeypatch.setattr(bounds, "MAX_WHOLE", 400_000)


def run(line: str, data: bytes | None = None) -> Result:
    return lstm(*line.split(), input=data)


def refused(code: int, said: str, stderr: str) -> None:
    assert code in (3, 4), stderr
    assert said in stderr and "hint: " in stderr, stderr
    assert "unexpected" not in stderr


@pytest.mark.usefixtures("low_bounds")
@pytest.mark.parametrize(
    ("line", "data", "said"),
    [
        ("classify -m c /dev/zero", None, "/dev/zero, line 1: a NUL byte"),
        ("perplexity -m l /dev/urandom", None, "/dev/urandom, line"),
        ("classify -m c", ONE_LINE, TOO_LONG),
        ("perplexity -m l", ONE_LINE, TOO_LONG),
        ("generate -m l -", ONE_LINE, TOO_LONG),
        ("generate -m l -", LINES, "a prompt of more than 100,000 bytes"),
        ("inspect -m c -", ONE_LINE, TOO_LONG),
        (f"train /dev/zero -o x {SMALL}", None, "/dev/zero: this is a binary file"),
        (f"train /dev/urandom -o x {SMALL}", None, "/dev/urandom: this is a binary file"),
        (f"train - -o x {SMALL}", LINES, "standard input: holds more than 400,000 bytes"),
        (f"train t.csv --valid /dev/zero -o x {SMALL}", None, "/dev/zero: this is a binary file"),
        (f"train t.csv --test /dev/zero -o x {SMALL}", None, "/dev/zero: this is a binary file"),
        (f"train t.csv --tokenizer /dev/zero -o x {SMALL}", None, "it is a pipe or a device"),
        (f"train t.csv --vectors /dev/zero -o x {SMALL}", None, "/dev/zero, line 1: not text"),
        ("compare c /dev/zero --on t.csv", None, "/dev/zero"),
    ],
)
def test_what_never_ends_is_refused(line: str, data: bytes | None, said: str) -> None:
    result = run(line, data)
    refused(result.exit_code, said, result.stderr)


def test_a_line_that_never_ends_is_refused_by_a_process(place: Path) -> None:
    script = f"ulimit -v 1500000; yes | tr -d '\\n' | {LSTM} classify -m c; exit ${{PIPESTATUS[-1]}}"
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        ["bash", "-c", script], env=environment, capture_output=True, text=True, timeout=250, stdin=subprocess.DEVNULL
    )
    refused(done.returncode, "line 1: a line of more than 134,217,728 bytes", done.stderr)


def piped(file: str, line: str) -> Result:
    """Runs ``line`` with a pipe that the content of ``file`` comes through where it says PIPE."""
    end, start = os.pipe()
    data = Path(file).read_bytes()
    assert len(data) < 4096  # a pipe holds that much
    os.write(start, data)
    os.close(start)
    try:
        return run(line.replace("PIPE", f"/dev/fd/{end}"))
    finally:
        os.close(end)


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("t.txt", "classify -m c PIPE"),
        ("t.csv", "classify -m c --report PIPE"),
        ("t.txt", "perplexity -m l PIPE"),
        ("t.txt", "generate -m l --file PIPE --max-tokens 1"),
        ("t.txt", "inspect -m c --file PIPE"),
        ("t.csv", f"train PIPE --dry-run {SMALL}"),
        ("t.csv", f"train t.csv --valid PIPE --dry-run {SMALL}"),
        ("t.csv", f"train t.csv --test PIPE --dry-run {SMALL}"),
        ("a.txt", "compare c PIPE --on t.csv"),
        ("t.csv", "compare c a.txt --on PIPE"),
    ],
)
def test_pipes_are_read_as_files_are(file: str, line: str) -> None:
    result = piped(file, line)
    assert result.exit_code == 0 and (result.stdout or "--dry-run" in line), result.stderr


def test_a_named_pipe_is_read_as_a_file_is(tmp_path: Path) -> None:
    pipe = tmp_path / "p"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(Path("t.txt").read_bytes(),), daemon=True)
    writer.start()
    result = run(f"perplexity -m l {pipe}")
    assert result.exit_code == 0 and result.stdout, result.stderr
    writer.join(60)


@pytest.mark.parametrize(
    ("line", "code", "said"),
    [
        ("inspect -m c good --html /dev/full", 1, "is a pipe or a device, not a file"),
        ("inspect -m c good --html FIFO", 1, "is a pipe or a device, not a file"),
        (f"train t.csv -o /dev/null --dry-run {SMALL}", 1, "is a file; a model is a directory"),
        (f"train t.csv -o FIFO {SMALL}", 1, "is a file; a model is a directory"),
        ("compare t.csv --cells lstm,gru -o FIFO --epochs 1", 1, "FIFO"),
        ("classify -m /dev/null --text a", 4, "is a file, not a model directory"),
        ("info FIFO", 4, "is a file, not a model directory"),
        ("demo /dev/null", 1, "exists already"),
        ("demo FIFO", 1, "exists already"),
        ("classify -m c /dev/null", 0, ""),
        ("classify -m c none", 3, "folder"),
    ],
)
def test_devices_and_folders_where_files_or_models_belong(tmp_path: Path, line: str, code: int, said: str) -> None:
    pipe = str(tmp_path / "fifo")
    os.mkfifo(pipe)
    result = run(line.replace("FIFO", pipe))
    assert (result.exit_code, "unexpected" in result.stderr) == (code, False), result.stderr
    assert said.replace("FIFO", pipe) in result.stderr.replace("\n", ""), result.stderr
    assert not Path("x").exists()


def test_a_line_with_a_row_for_each_token_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    from lstmcli.inspection import language_model

    monkeypatch.setattr(language_model, "MAX_TOKENS", 1000)
    result = run("inspect -m l", b"a " * 600)
    assert result.exit_code == 3, result.stderr
    assert "1,000 are the most" in result.stderr
