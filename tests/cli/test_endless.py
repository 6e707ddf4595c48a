"""Input that never ends, and pipes and devices where files are expected: read once, or refused with a sentence."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from support.generate_models import untrained_language_model
from support.models import untrained_model
from support.refusing import GOOD
from support.runs import LSTM

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="devices of Linux")
LINE = "yes | tr -d '\\n' | "
TOO_LONG = "line 1: a line of more than 134,217,728 bytes"
SMALL = "--epochs=1 --hidden=4 --embedding=4 --threads=1"
MEMORY = 1500
"""MB of addresses: an endless input that is kept ends with an error that names no line."""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("endless")
    untrained_model(folder / "c")
    untrained_language_model(folder / "l")
    (folder / "t.csv").write_text(GOOD)
    (folder / "a.txt").write_text("good\n" * 40)
    (folder / "t.txt").write_text("a fine film\n" * 3)
    return folder


def run(place: Path, line: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "LSTM_CACHE": str(place / "cache")}
    script = f"ulimit -v {MEMORY * 1024}; {line.replace('lstm ', LSTM + ' ')}; exit ${{PIPESTATUS[-1]}}"
    return subprocess.run(
        ["bash", "-c", script],
        cwd=place,
        env=environment,
        capture_output=True,
        text=True,
        timeout=250,
        stdin=subprocess.DEVNULL,
    )


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("lstm classify -m c /dev/zero", "/dev/zero, line 1: a NUL byte"),
        ("lstm perplexity -m l /dev/urandom", "/dev/urandom, line"),
        (LINE + "lstm classify -m c", TOO_LONG),
        (LINE + "lstm perplexity -m l", TOO_LONG),
        (LINE + "lstm generate -m l -", TOO_LONG),
        ("yes | lstm generate -m l -", "a prompt of more than 134,217,728 bytes"),
        (LINE + "lstm inspect -m c -", TOO_LONG),
        (f"lstm train /dev/zero -o x {SMALL}", "/dev/zero: this is a binary file"),
        (f"lstm train /dev/urandom -o x {SMALL}", "/dev/urandom: this is a binary file"),
        (f"yes | lstm train - -o x {SMALL}", "standard input: holds more than"),
        (f"lstm train t.csv --valid /dev/zero -o x {SMALL}", "/dev/zero: this is a binary file"),
        (f"lstm train t.csv --tokenizer /dev/zero -o x {SMALL}", "it is a pipe or a device"),
        (f"lstm train t.csv --vectors /dev/zero -o x {SMALL}", "/dev/zero, line 1: not text"),
        ("lstm compare c /dev/zero --on t.csv", "/dev/zero"),
    ],
)
def test_what_never_ends_is_refused(place: Path, line: str, said: str) -> None:
    done = run(place, line)
    assert done.returncode in (3, 4), done.stderr
    assert said in done.stderr and "hint: " in done.stderr, done.stderr
    assert "unexpected" not in done.stderr


@pytest.mark.parametrize(
    "line",
    [
        "lstm classify -m c <(cat t.txt)",
        "lstm classify -m c /dev/stdin < t.txt",
        "lstm classify -m c --report <(cat t.csv)",
        "mkfifo p; cat t.txt > p & lstm perplexity -m l p",
        "lstm generate -m l --file <(cat t.txt) --max-tokens 1",
        "lstm inspect -m c --file <(cat t.txt)",
        f"lstm train <(cat t.csv) --dry-run {SMALL}",
        f"lstm train t.csv --valid <(cat t.csv) --dry-run {SMALL}",
        "lstm compare c <(cat a.txt) --on t.csv",
    ],
)
def test_pipes_are_read_as_files_are(place: Path, line: str) -> None:
    done = run(place, line)
    assert done.returncode == 0 and (done.stdout or "--dry-run" in line), done.stderr


@pytest.mark.parametrize(
    ("line", "code", "said"),
    [
        ("lstm inspect -m c good --html /dev/full", 1, "is a pipe or a device, not a file"),
        ("mkfifo q; lstm inspect -m c good --html q", 1, "is a pipe or a device, not a file"),
        (f"lstm train t.csv -o /dev/null --dry-run {SMALL}", 1, "is a file; a model is a directory"),
        ("lstm classify -m /dev/null --text a", 4, "is a file, not a model directory"),
        ("lstm info <(cat t.txt)", 4, "is a file, not a model directory"),
        ("lstm demo /dev/null", 1, "exists already"),
        ("lstm classify -m c /dev/null", 0, ""),
        ("mkdir none; lstm classify -m c none", 3, "folder"),
    ],
)
def test_devices_and_folders_where_files_or_models_belong(place: Path, line: str, code: int, said: str) -> None:
    done = run(place, line)
    assert (done.returncode, said in done.stderr, "unexpected" in done.stderr) == (code, True, False), done.stderr


def test_a_line_with_a_row_for_each_token_is_bounded(place: Path) -> None:
    done = run(place, "yes 'a ' | head -n 60000 | tr -d '\\n' | lstm inspect -m l")
    assert done.returncode == 3, done.stderr
    assert "100,000 are the most" in done.stderr
