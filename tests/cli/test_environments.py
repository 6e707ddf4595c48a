"""Commands in the environments that containers have: each works, or ends with a sentence and the right exit code."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from support.runs import LSTM


def run(folder: Path, *args: str, **variables: str | None) -> subprocess.CompletedProcess[str]:
    wanted: dict[str, str | None] = {**os.environ, "OMP_NUM_THREADS": "1", "LSTM_CACHE": str(folder / "c"), **variables}
    environment = {name: value for name, value in wanted.items() if value is not None}
    command = [LSTM, *args]
    return subprocess.run(
        command, cwd=folder, env=environment, text=True, capture_output=True, timeout=60, stdin=subprocess.DEVNULL
    )


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("environment") / "t.csv"
    path.write_text("text,label\n" + "".join(f"a good film {n},pos\na bad film {n},neg\n" for n in range(20)))
    return path


@pytest.mark.parametrize(
    "variables",
    [
        {"HOME": None, "LSTM_CACHE": None, "OMP_NUM_THREADS": "abc", "COLUMNS": "abc"},
        pytest.param({"PYTHONOPTIMIZE": "2"}, marks=pytest.mark.slow),  # compiles every module of every package anew
        {
            **{"HOME": "/nonexistent", "TMPDIR": "/nonexistent", "OMP_NUM_THREADS": "-1", "TERM": None},
            **{"LC_ALL": "C", "PYTHONUTF8": "0"},
        },
    ],
    ids=str,
)
def test_variables_of_all_kinds(table: Path, variables: dict[str, str | None]) -> None:
    done = run(table.parent, "train", "t.csv", "--dry-run", **variables)
    assert (done.returncode, "unexpected" in done.stderr) == (0, False), done.stderr


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--time", "1e999h"], "--time cannot be"),
        (["--learning-rate", "1e400"], "must be a number above 0"),
        (["--learning-rate", "nan"], "must be a number above 0"),
        (["--hidden", "9" * 5000], "…"),
    ],
    ids=["time", "infinite", "nan", "digits"],
)
def test_numbers_that_are_none(table: Path, options: list[str], said: str) -> None:
    done = run(table.parent, "train", "t.csv", "--dry-run", *options)
    assert done.returncode == 2
    assert said in done.stderr.splitlines()[0]


def test_a_number_of_too_many_digits_in_data(table: Path) -> None:
    rows = [f'{{"text": "good", "label": {"9" * 5000}}}', '{"text": "bad", "label": 1}']
    (table.parent / "n.jsonl").write_text("\n".join(rows))
    done = run(table.parent, "train", "n.jsonl", "--dry-run")
    assert done.returncode == 3
    assert "4,300 digits" in done.stderr


def test_links_in_a_circle_and_names_too_long(table: Path) -> None:
    loop = table.parent / "loop.csv"
    loop.symlink_to(loop)
    done = run(table.parent, "train", "loop.csv", "--dry-run")
    assert (done.returncode, "links" in done.stderr, "did you mean" in done.stderr) == (3, True, False), done.stderr
    done = run(table.parent, "train", "a" * 5000, "--dry-run")
    assert (done.returncode, "too long" in done.stderr) == (3, True), done.stderr
    assert len(done.stderr) < 400


def test_a_working_directory_that_is_gone(tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    script = f'rmdir "{gone}"; exec "{LSTM}" classify --text a'
    done = subprocess.run(["bash", "-c", script], cwd=gone, text=True, capture_output=True, timeout=60)
    assert (done.returncode, "working directory" in done.stderr) == (1, True), done.stderr
