"""What ``lstm`` does under load: very long inputs, many processes at once, a corpus of gigabytes.  Linux only.

    python benchmarks/load.py classify      1,000,000 lines of 1 GB together: memory and rate in tenths of the run
    python benchmarks/load.py processes     64 processes on one model at once
    python benchmarks/load.py corpus        a language model from 2 GB: peak memory against the bound it states
    python benchmarks/load.py kinds         the same from 100 MB with each tokenizer
    python benchmarks/load.py all --small   everything, small, in a minute or two

The text is made up (``madeup.py``) and deleted afterwards.  Rates are given by the processor's clock too, which
other work on the machine does not slow down much.

Result: JSON lines in runs/benchmarks/load.jsonl; the tables for RESULTS.md go to stdout.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import madeup
from common import LSTM, markdown_table, record, run, write_rows

TENTHS = 10
TICKS = os.sysconf("SC_CLK_TCK")
KINDS = ("word", "bpe", "unigram", "char", "byte")


@dataclass(frozen=True)
class Size:
    lines: int
    line_bytes: int
    processes: int
    corpus_bytes: int
    kind_bytes: int
    seconds: int
    """Of training."""


FULL = Size(1_000_000, 1_000, 64, 2_000_000_000, 100_000_000, 60)
SMALL = Size(40_000, 100, 8, 20_000_000, 5_000_000, 5)


@dataclass
class Watch:
    """The most that a process takes, looked at twenty times a second."""

    pid: int
    own_bytes: int = 0
    """Resident, pages of mapped files left out: those the kernel can take back."""
    marks: list[tuple[float, float, int]] = field(default_factory=list)
    """Seconds, processor seconds and resident bytes when ``mark`` was called."""

    def __post_init__(self) -> None:
        self._start = time.perf_counter()
        threading.Thread(target=self._look, daemon=True).start()

    def _look(self) -> None:
        while status := _status(self.pid):
            self.own_bytes = max(self.own_bytes, status.get("RssAnon", 0))
            time.sleep(0.05)

    def mark(self) -> None:
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        processor = (int(fields[11]) + int(fields[12])) / TICKS
        self.marks.append((time.perf_counter() - self._start, processor, _status(self.pid).get("VmRSS", 0)))


def _status(pid: int) -> dict[str, int]:
    """Memory of a process in bytes; nothing once it has ended."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return {}
    sizes = (line.split() for line in lines if line.endswith(" kB"))
    return {name.rstrip(":"): int(size) * 1024 for name, size, _ in sizes}


def _finish(process: subprocess.Popen[bytes]) -> int:
    """Peak resident bytes of a process that has to end well."""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{process.args!r}: ended with {process.returncode}")
    return usage.ru_maxrss * 1024


def small_classifier(folder: Path) -> str:
    """A model of made-up text with two labels, in seconds: what is measured does not hang on how good it is."""
    texts = [line.strip() for line in madeup.lines(300_000, 200, seed=7)]
    rows = [("short" if len(text) < 200 else "long", text) for text in texts]
    model = str(folder / "model")
    options = ["--hidden", "32", "--embedding", "32", "--epochs", "1"]
    run([LSTM, "train", str(write_rows(folder / "train.csv", rows)), "-o", model, *options])
    return model


def write_text(path: Path, size: int, line_bytes: int, lines: int | None = None) -> Path:
    """So many bytes, and exactly so many lines if that is asked for: the last ones are made shorter or longer."""
    with path.open("w", encoding="utf-8") as file:
        written = 0
        for number, line in enumerate(madeup.lines(2 * size if lines else size, line_bytes), 1):
            if lines is not None:  # what is left, shared out over the lines that are left
                share = (size - written) / (lines - number + 1)
                line = line if 0.2 * share < len(line) < 5 * share else line[: max(1, int(share))].rstrip("\n") + "\n"
            written += file.write(line)
            if number == lines:
                break
    return path


def classify(folder: Path, size: Size, model: str) -> None:
    text = write_text(folder / "text.txt", size.lines * size.line_bytes, size.line_bytes, size.lines)
    command = [LSTM, "classify", "-m", model, "--input-format", "text", str(text)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    watch, step, count = Watch(process.pid), size.lines // TENTHS, 0
    assert process.stdout is not None
    for count, _ in enumerate(process.stdout, 1):
        if count == 1 or count % step == 0:
            watch.mark()
    peak = _finish(process)
    if count != size.lines:
        sys.exit(f"{size.lines} lines in, {count} out")
    marks = watch.marks
    tenths = [
        [step / max(b - a, 1 / TICKS) for a, b in itertools.pairwise(part)]
        for part in list(zip(*marks, strict=True))[:2]
    ]
    resident = [rss for *_, rss in marks[1:]]
    result = {
        "lines": count, "bytes": text.stat().st_size, "peak_bytes": peak, "resident_bytes": resident,
        "per_second": tenths[0], "per_processor_second": tenths[1], "seconds": marks[-1][0],
    }  # fmt: skip
    record("load", {"part": "classify", **result})
    rows = [
        (n, f"{a:,.0f}", f"{b:,.0f}", f"{rss / 2**20:.0f} MiB")
        for n, (a, b, rss) in enumerate(zip(*tenths, resident, strict=True), 1)
    ]
    steady = [min(rates) / max(rates) for rates in tenths]
    print(markdown_table(("tenth", "lines a second", "lines a processor second", "resident"), rows))
    print(f"\n{count:,} lines, {result['bytes']:,} bytes, {marks[-1][0]:,.0f} s; peak {peak / 2**20:.0f} MiB;")
    print(f"slowest tenth / fastest: {steady[0]:.2f} by the clock, {steady[1]:.2f} by the processor's\n")
    text.unlink()


def processes(folder: Path, size: Size, model: str) -> None:
    text = write_text(folder / "some.txt", 20_000, 200)
    command = [
        LSTM,
        "classify",
        "-m",
        model,
        "--input-format",
        "text",
        "--format",
        "jsonl",
        "--threads",
        "1",
        str(text),
    ]
    alone = run(command)
    start, files = time.perf_counter(), [folder / f"out{n}" for n in range(size.processes)]
    started = []
    for path in files:
        with path.open("wb") as out:
            started.append(subprocess.Popen(command, stdout=out))
    most = shared = 0
    while any(process.poll() is None for process in started):
        sizes = [_shares(process.pid) for process in started]
        most, shared = max(most, sum(rss for rss, _ in sizes)), max(shared, sum(pss for _, pss in sizes))
        time.sleep(0.2)
    seconds = time.perf_counter() - start
    codes = [process.returncode for process in started]
    equal = sum(path.read_text(encoding="utf-8") == alone.stdout for path in files)
    result = {
        "processes": size.processes, "ended_well": codes.count(0), "equal": equal, "seconds": seconds,
        "alone_seconds": alone.seconds, "alone_peak_bytes": alone.peak_bytes, "rss_bytes": most, "pss_bytes": shared,
    }  # fmt: skip
    record("load", {"part": "processes", **result})
    header = (
        "processes",
        "ended with 0",
        "answers as of one alone",
        "memory at once",
        "one alone, peak",
        "time",
        "one alone",
    )
    row = (
        size.processes, codes.count(0), equal, f"{shared / 2**20:,.0f} MiB", f"{alone.peak_bytes / 2**20:.0f} MiB",
        f"{seconds:.0f} s", f"{alone.seconds:.1f} s",
    )  # fmt: skip
    print(markdown_table(header, [row]), end="\n\n")


def _shares(pid: int) -> tuple[int, int]:
    """Resident bytes of a process, and its share of them when what is shared is divided among all."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    except OSError:
        return 0, 0
    sizes = {name: int(size) * 1024 for name, size, _ in map(str.split, lines)}
    return sizes["Rss:"], sizes["Pss:"]


def train(folder: Path, text: Path, kind: str, seconds: int, held_out: Path) -> tuple[Any, ...]:
    """Trains on a text; a row of the table."""
    model = folder / f"lm-{kind}"
    options = ["--preset", "tiny", "--tokenizer", kind, "--time", f"{seconds}s", "--valid", str(held_out)]
    if kind == "word":
        options += ["--vocab-size", "30000"]
    environment = {**os.environ, "LSTM_CACHE": str(folder / "cache")}
    start = time.perf_counter()
    with (folder / "talk").open("wb") as talk:
        command = [LSTM, "train", str(text), "-o", str(model), *options]
        process = subprocess.Popen(command, stderr=talk, env=environment)
        watch = Watch(process.pid)
        peak = _finish(process)
    events = [json.loads(line) for line in (model / "log.jsonl").read_text(encoding="utf-8").splitlines()]
    planned = next(event for event in events if event["event"] == "run_planned")
    found = next(event for event in events if event["event"] == "corpus_read")
    bound, tokens = planned["estimate"]["memory_bytes"], found["splits"][0]["tokens"]
    result = {
        "kind": kind, "bytes": text.stat().st_size, "tokens": tokens, "peak_bytes": peak, "own_bytes": watch.own_bytes,
        "stated_bytes": bound, "seconds": time.perf_counter() - start,
    }  # fmt: skip
    record("load", {"part": "corpus", **result})
    for file in (folder / "cache").iterdir():
        file.unlink()
    sizes = (f"{size / 2**20:,.0f} MiB" for size in (bound, peak, watch.own_bytes))
    return (kind, f"{result['bytes'] / 1e6:,.0f} MB", f"{tokens:,}", *sizes, "yes" if peak <= bound else "**no**")


def corpora(folder: Path, size: int, kinds: tuple[str, ...], seconds: int) -> None:
    text = write_text(folder / "corpus.txt", size, 300)
    held_out = write_text(folder / "valid.txt", 100_000, 300)
    rows = [train(folder, text, kind, seconds, held_out) for kind in kinds]
    header = ("tokenizer", "text", "tokens", "memory stated", "peak", "without mapped files", "within")
    print(markdown_table(header, rows), end="\n\n")
    text.unlink()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("part", choices=("classify", "processes", "corpus", "kinds", "all"))
    parser.add_argument("--small", action="store_true", help="a try-out")
    args = parser.parse_args()
    size = SMALL if args.small else FULL
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if args.part in ("classify", "processes", "all"):
            model = small_classifier(folder)
        if args.part in ("classify", "all"):
            classify(folder, size, model)
        if args.part in ("processes", "all"):
            processes(folder, size, model)
        if args.part in ("corpus", "all"):
            corpora(folder, size.corpus_bytes, ("bpe",), size.seconds)
        if args.part in ("kinds", "all"):
            corpora(folder, size.kind_bytes, KINDS, size.seconds)


if __name__ == "__main__":
    main()
