"""Memory under load: it does not grow with the input, stays below what was stated, and processes do not disturb each
other.  Sizes here are small; ``benchmarks/load.py`` has the large ones."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from lstmcli.model_dir.directory import LOG
from processes import started

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform != "linux", reason="memory is measured as Linux does")]
LSTM = [sys.executable, "-m", "lstmcli"]
MAX_GROWTH = 1.2
MEASURED = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""
"""Runs a command from a process that is small: Linux counts the memory of the one that started it as a child's own."""
KINDS = {
    "spaces": ["--tokenizer", "word", "--words", "spaces"],
    "text": ["--tokenizer", "word", "--words", "text"],
    **{kind: ["--tokenizer", kind] for kind in ("bpe", "unigram", "char", "byte")},
}


def lines(count: int) -> Iterator[str]:
    """Lines of ten words, each with a word that no other line has."""
    return (f"the cat {i % 977} sat on mat {i * 7919 % 10007} and saw w{i} .\n" for i in range(count))


def write(path: Path, count: int) -> Path:
    with path.open("w", encoding="utf-8") as file:
        file.writelines(lines(count))
    return path


def peak(arguments: list[str], cache: Path) -> int:
    """Most resident bytes of a command that ends well."""
    environment = {**os.environ, "LSTM_CACHE": str(cache), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-S", "-c", MEASURED, *LSTM, *arguments]
    said = subprocess.run(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True, timeout=600
    )
    return int(said.stdout) * 1024


@pytest.fixture(scope="module")
def classifier(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("load")
    rows = [f'{"even" if i % 2 == 0 else "odd"},"{line.strip()}"\n' for i, line in enumerate(lines(400))]
    (folder / "train.csv").write_text("label,text\n" + "".join(rows), encoding="utf-8")
    options = ["--hidden", "8", "--embedding", "8", "--epochs", "1"]
    peak(["train", str(folder / "train.csv"), "-o", str(folder / "model"), *options], folder)
    return str(folder / "model")


def test_classifying_takes_no_more_memory_for_more_lines(classifier: str, tmp_path: Path) -> None:
    # The same words again and again: new ones are remembered, up to a bound that has tests of its own.
    small, large = write(tmp_path / "small.txt", 5_000), tmp_path / "large.txt"
    large.write_bytes(small.read_bytes() * 12)
    command = ["classify", "-m", classifier, "--input-format", "text"]
    few, many = (peak([*command, str(path)], tmp_path) for path in (small, large))
    assert many <= MAX_GROWTH * few


def test_many_processes_on_one_model_answer_as_one(classifier: str, tmp_path: Path) -> None:
    text = str(write(tmp_path / "a.txt", 50))
    command = [*LSTM, "classify", "-m", classifier, "--format", "jsonl", "--threads", "1", text]
    alone = subprocess.run(command, capture_output=True, check=True, timeout=600).stdout
    outputs = [tmp_path / f"out{n}" for n in range(24)]
    with ExitStack() as stack:
        files = [stack.enter_context(path.open("wb")) for path in outputs]
        running = [stack.enter_context(started(command, stdout=out)) for out in files]
        assert [process.wait(600) for process in running] == [0] * len(running)
    assert alone.count(b"\n") == 50
    assert all(path.read_bytes() == alone for path in outputs)


@pytest.mark.parametrize("kind", KINDS)
def test_training_stays_below_the_memory_it_stated(kind: str, tmp_path: Path) -> None:
    count = 250_000 if kind == "byte" else 50_000
    text, valid = write(tmp_path / "train.txt", count), write(tmp_path / "valid.txt", 200)
    model, options = tmp_path / "model", ["--preset", "tiny", "--time", "2s", "--valid", str(valid), *KINDS[kind]]
    if kind in ("spaces", "text"):
        options += ["--vocab-size", "20000"]
    taken = peak(["train", str(text), "-o", str(model), *options], tmp_path / "cache")
    events = map(json.loads, (model / LOG).read_text(encoding="utf-8").splitlines())
    stated = next(event["estimate"]["memory_bytes"] for event in events if event["event"] == "run_planned")
    assert taken <= stated
