"""``-o DIR``: files answered by several workers, whatever happens to them."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from processes import started
from support.models import untrained_model
from support.translators import tiny_translator

pytestmark = pytest.mark.timeout(300)
ENVIRONMENT = {**os.environ, "OMP_NUM_THREADS": "1"}


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return untrained_model(tmp_path_factory.mktemp("bulk") / "model")


def command(*words: object) -> list[str]:
    return [sys.executable, "-m", "lstmcli", *map(str, words)]


def lstm(*words: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(*words), capture_output=True, text=True, timeout=200, env=ENVIRONMENT, stdin=subprocess.DEVNULL
    )


def write_csv(path: Path, rows: int, seed: int = 0) -> Path:
    rng = random.Random(seed)
    words = ["good", "bad", "film", '"quoted, twice"', "dull", "好看"]
    lines = ["id,text"]
    for n in range(rows):
        text = " ".join(rng.choices(words, k=rng.randint(1, 8))).replace('"', '""')
        lines.append(f'{n},"{text}"')
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize("format", ["tsv", "csv", "jsonl"])
def test_the_answers_are_those_of_the_plain_command(model: Path, tmp_path: Path, format: str) -> None:
    file = write_csv(tmp_path / "a.csv", 5_500)
    for workers in (1, 2):
        out = tmp_path / f"out{workers}"
        done = lstm(
            "classify", "-m", model, file, "-o", out, "--workers", workers, "--format", format, "--keep-columns"
        )
        assert done.returncode == 0, done.stderr
        assert "5,500 texts answered" in done.stderr
    plain = lstm("classify", "-m", model, file, "--format", format, "--keep-columns")
    for workers in (1, 2):
        assert (tmp_path / f"out{workers}" / f"a.csv.{format}").read_text(encoding="utf-8") == plain.stdout


def test_a_run_that_is_killed_goes_on_and_answers_every_row_once(model: Path, tmp_path: Path) -> None:
    file, out = write_csv(tmp_path / "a.csv", 25_000), tmp_path / "out"
    words = command("classify", "-m", model, file, "-o", out, "--workers", 2)
    rng = random.Random(1)
    for _ in range(3):
        with started(words, stderr=subprocess.DEVNULL, env=ENVIRONMENT) as process:
            time.sleep(rng.uniform(0.5, 1.5))
            process.send_signal(signal.SIGKILL)
    done = lstm(*words[3:])
    assert done.returncode == 0, done.stderr
    undisturbed = lstm("classify", "-m", model, file, "-o", tmp_path / "other", "--workers", 1)
    assert undisturbed.returncode == 0
    name = "a.csv.tsv"
    assert (out / name).read_bytes() == (tmp_path / "other" / name).read_bytes()
    kept = [json.loads((folder / "manifest.json").read_text())["files"][name] for folder in (out, tmp_path / "other")]
    assert kept[0] == kept[1]
    assert "answered before" in lstm(*words[3:]).stderr
    assert {path.name for path in out.iterdir()} == {name, "manifest.json"}


def test_one_bad_file_does_not_stop_the_others(model: Path, tmp_path: Path) -> None:
    write_csv(tmp_path / "good.csv", 10)
    (tmp_path / "bad.csv").write_text("id,text\n1,one\n2,two,three\n")
    done = lstm("classify", "-m", model, tmp_path / "*.csv", "-o", tmp_path / "out")
    assert done.returncode == 3
    assert "bad.csv, line 3" in done.stderr and "good.csv: 10 texts answered" in done.stderr
    assert (tmp_path / "out" / "good.csv.tsv").exists() and not (tmp_path / "out" / "bad.csv.tsv").exists()


@pytest.mark.parametrize(
    ("words", "says", "code"),
    [
        (["a.csv", "--workers", "2"], "--workers needs a folder", 2),
        (["a.csv", "-o", "out.csv"], "looks like a file", 2),
        (["a.csv", "-o", "out", "--report"], "--report and -o", 2),
        (["a.csv", "-o", "out", "--format", "table"], "--format table and -o", 2),
        (["-o", "out", "--text", "x"], "-o is for files", 2),
        (["-o", "out"], "needs files", 2),
        (["none*.csv", "-o", "out"], "no file matches", 3),
        (["nothing.csv", "-o", "out"], "is none", 2),
        (["a.csv", "b/a.csv", "-o", "out"], "two files are called 'a.csv'", 2),
    ],
)
def test_what_cannot_be_done_is_said(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], says: str, code: int
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "b").mkdir()
    write_csv(tmp_path / "a.csv", 2)
    write_csv(tmp_path / "b" / "a.csv", 2)
    done = lstm("classify", "-m", model, *words)
    assert (done.returncode, says in done.stderr) == (code, True), done.stderr
    assert not (tmp_path / "out").exists()


def test_a_missing_model_is_said_before_anything_is_written(tmp_path: Path) -> None:
    file = write_csv(tmp_path / "a.csv", 2)
    done = lstm("classify", "-m", tmp_path / "none", file, "-o", tmp_path / "out")
    assert done.returncode == 4 and not (tmp_path / "out").exists()


def test_translations_are_those_of_the_plain_command(tmp_path: Path) -> None:
    model = tiny_translator(tmp_path / "model")
    (tmp_path / "a.txt").write_text("abc\n\nfeed bead\n")
    done = lstm("translate", "-m", model, tmp_path / "a.txt", "-o", tmp_path / "out", "--workers", 1, "-n", 2)
    assert done.returncode == 0, done.stderr
    plain = lstm("translate", "-m", model, tmp_path / "a.txt", "-n", 2)
    assert (tmp_path / "out" / "a.txt.tsv").read_text() == plain.stdout
