"""How cost grows with the work: tokenizing, training and classifying 1, 10 and 100 times as much text.

The text is made up (``madeup.py``), with one thread and one process.  From the processor time of a run that of the same
run on ten rows is taken away, which is start-up.  Exponents are those between the smallest and the largest work:
1 for a time that grows as the work does, 0 for memory that does not grow.

    python benchmarks/growth.py                all of it, some minutes
    python benchmarks/growth.py --scale 0.1    a try-out on a tenth

Result: a JSON line in runs/benchmarks/growth.jsonl; the table for RESULTS.md goes to stdout.
"""

from __future__ import annotations

import argparse
import itertools
import math
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from common import LSTM, Row, markdown_table, record, run, write_rows
from madeup import lines

TIMES = (1, 10, 100)
START_UP = 10
"""Rows of a run whose time is taken away from that of the others."""
SMALL = ("--epochs", "1", "--hidden", "16", "--embedding", "16", "--adversarial", "0", "--ngrams", "0")
TOKENIZE = """
import sys
from pathlib import Path
from lstmcli.language_modeling.corpus import build_corpus
from lstmcli.tokenization.config import LmTokenizerConfig
from lstmcli.tokenization.stream_encoder import StreamEncoder
sample, text, cache = map(Path, sys.argv[1:])
with sample.open() as file:
    encoder = StreamEncoder.train(file, LmTokenizerConfig(kind="word", mode="lines"))
with text.open() as file:
    build_corpus((line.rstrip() for line in file), encoder, key=text.name, cache=cache, processes=1)
"""


def rows(count: int) -> Iterator[Row]:
    """Texts of 240 bytes or so, whose label is told by their first word."""
    for line in itertools.islice(lines(sys.maxsize, 240), count):
        yield "abcd"[sum(map(ord, line.split()[0])) % 4], line.rstrip()


def tokenize(folder: Path, count: int) -> list[str]:
    text, sample = folder / f"text{count}.txt", folder / "sample.txt"
    for path, size in ((text, count), (sample, 1_000)):
        with path.open("w", encoding="utf-8") as file:  # not at once: a child's peak begins with what its parent has
            file.writelines(f"{line}\n" for _, line in rows(size))
    return [sys.executable, "-c", TOKENIZE, str(sample), str(text), str(folder / "cache")]


def train(folder: Path, count: int) -> list[str]:
    source = write_rows(folder / "train.csv", rows(count))
    return [LSTM, "train", str(source), "-o", str(folder / "model"), "--force", "--threads", "1", *SMALL]


def classify(folder: Path, count: int) -> list[str]:
    source = write_rows(folder / "classify.csv", rows(count))
    command = [LSTM, "classify", str(source), "-m", str(folder / "model"), "--threads", "1", "--format", "tsv"]
    return [*command, "--text-column", "text"]


WORK: dict[str, tuple[int, Callable[[Path, int], list[str]]]] = {
    "tokenizing": (3_000, tokenize),
    "training a token": (1_000, train),
    "classifying a row": (2_000, classify),
}
"""The rows of the smallest work, and the command for a number of rows; the last classifies by the model trained."""


def measured(folder: Path, base: int, command: Callable[[Path, int], list[str]]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for count in (max(START_UP, 200) if command is train else START_UP, *(base * times for times in TIMES)):
        done = run(command(folder, count), keep_stdout=False)
        found.append({"rows": count, "processor_seconds": done.cpu_seconds, "peak_bytes": done.peak_bytes})
    start = found.pop(0)["processor_seconds"]
    return [{**each, "work_seconds": max(0.01, each["processor_seconds"] - start)} for each in found]


def exponent(found: list[dict[str, Any]], name: str) -> str:
    first, last = found[0], found[-1]
    return f"{math.log(last[name] / first[name]) / math.log(last['rows'] / first['rows']):.2f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scale", type=float, default=1.0, help="of the work")
    args = parser.parse_args()
    os.environ |= {"OMP_NUM_THREADS": "1", "TOKENIZERS_PARALLELISM": "false"}
    table = []
    with tempfile.TemporaryDirectory() as name:
        os.environ["LSTM_CACHE"] = f"{name}/cache"
        for what, (base, command) in WORK.items():
            found = measured(Path(name), max(200, round(base * args.scale)), command)
            record("growth", {"what": what, "runs": found})
            cells = (f"{r['rows']:,}: {r['work_seconds']:,.1f} s, {r['peak_bytes'] / 2**20:,.0f} MiB" for r in found)
            table.append((what, *cells, exponent(found, "work_seconds"), exponent(found, "peak_bytes")))
    header = ("", *(f"{times}x: rows, time, peak" for times in TIMES), "exponent of time", "of memory")
    print(markdown_table(header, table))


if __name__ == "__main__":
    main()
