"""What the benchmark scripts share: the corpora, running commands with a clock, and writing results down.

The corpora are read from the folder $LSTM_DATA (default: ../shared/data beside the repository), one folder each
under classify/, CSV files with the header ``label,text``.  Results are appended as JSON lines to runs/benchmarks/,
which git ignores; RESULTS.md quotes them.
"""

from __future__ import annotations

import csv
import gzip
import json
import os
import platform
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "runs" / "benchmarks"
LSTM = str(Path(sys.executable).with_name("lstm"))
PLAIN = [sys.executable, str(ROOT / "benchmarks" / "plain_torch.py")]

Row = tuple[str, str]
"""A label and a text."""


def corpus_file(name: str) -> Path:
    """A file of the labelled corpora, ``sst2/train.csv`` say, gzipped or not."""
    return _data_file("classify", name)


def lm_file(name: str) -> Path:
    """A file of running text, ``ptb/ptb.train.txt`` say."""
    return _data_file("lm", name)


def translation_file(name: str) -> Path:
    """A file of pairs, ``multi30k/de-en.train.csv`` say."""
    return _data_file("translate", name)


def _data_file(kind: str, name: str) -> Path:
    folder = Path(os.environ.get("LSTM_DATA") or ROOT.parent / "shared" / "data") / kind
    for path in (folder / name, folder / f"{name}.gz"):
        if path.exists():
            return path
    sys.exit(f"{folder / name}: not there; set LSTM_DATA to the folder that holds {kind}/")


def read_rows(path: Path) -> list[Row]:
    """The rows of a CSV file with the header ``label,text``."""
    csv.field_size_limit(sys.maxsize)
    opener: Callable[..., Any] = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8", newline="") as file:
        return [(row["label"], row["text"]) for row in csv.DictReader(file)]


def write_rows(path: Path, rows: Iterable[Row]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("label", "text"))
        writer.writerows(rows)
    return path


def stratified_cut(rows: Sequence[Row], share: float, seed: int) -> tuple[list[Row], list[Row]]:
    """The rows without, and those in, a random ``share`` of each class; both in their old order."""
    by_label: dict[str, list[int]] = defaultdict(list)
    for i, (label, _) in enumerate(rows):
        by_label[label].append(i)
    draw = random.Random(seed)
    held: set[int] = set()
    for label in sorted(by_label):
        held.update(draw.sample(by_label[label], round(share * len(by_label[label]))))
    return [r for i, r in enumerate(rows) if i not in held], [r for i, r in enumerate(rows) if i in held]


def ag_news_train(workdir: Path) -> Path:
    """The two AG News training files as one CSV."""
    parts = [corpus_file(f"ag_news/{name}.csv") for name in ("train_sample", "train_extra_descriptions")]
    return write_rows(workdir / "ag_news_train.csv", [row for part in parts for row in read_rows(part)])


@dataclass(frozen=True)
class Run:
    """A finished command: seconds by the wall clock and of the processor, peak resident memory in bytes, and what it
    wrote."""

    seconds: float
    cpu_seconds: float
    peak_bytes: int
    stdout: str
    stderr: str


def run(command: Sequence[str], *, stdin: Path | None = None, keep_stdout: bool = True) -> Run:
    """Run a command to its end and measure it; a failing command ends the benchmark with what it said."""
    nothing = Path(os.devnull)
    # An installation leaves compiled modules, so the peers and we may too.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    with (stdin or nothing).open("rb") as source, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        start = time.perf_counter()
        process = subprocess.Popen(
            list(command), stdin=source, stdout=out if keep_stdout else subprocess.DEVNULL, stderr=err, env=environment
        )
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        texts = []
        for file in (out, err):
            file.seek(0)
            texts.append(file.read().decode("utf-8", "replace"))
    if process.returncode:
        sys.exit(f"{' '.join(command)}\nended with {process.returncode}:\n{texts[1][-2000:]}")
    # The kernel counts a child's peak from the fork on: this script's own few megabytes are the floor.
    kilo = 1 if sys.platform == "darwin" else 1024
    return Run(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * kilo, *texts)


def short_model(folder: Path, time_limit: str) -> str:
    """A model of AG News with default options, trained for a short time: for what does not hang on how good it is."""
    model = str(folder / "model")
    run([LSTM, "train", str(ag_news_train(folder)), "-o", model, "--time", time_limit])
    return model


def interleave(rounds: int, **sides: Callable[[], Any]) -> dict[str, list[Any]]:
    """Call the sides in turn, A B A B, so that a machine that slows down slows all of them."""
    results: dict[str, list[Any]] = {name: [] for name in sides}
    for i in range(rounds):
        for name, side in sides.items():
            results[name].append(side())
            print(f"round {i + 1} of {rounds}: {name} done", file=sys.stderr)
    return results


def median(values: Iterable[float]) -> float:
    return statistics.median(list(values))


def machine() -> dict[str, Any]:
    """What the figures were measured on."""
    from importlib.metadata import version

    cpu = Path("/proc/cpuinfo")
    names = re.findall(r"model name\s*:\s*(.+)", cpu.read_text()) if cpu.exists() else []
    return {
        "cpu": names[0] if names else platform.processor(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "versions": {name: version(name) for name in ("lstmcli", "torch", "onnxruntime", "tokenizers", "numpy")},
    }


def record(benchmark: str, result: dict[str, Any]) -> None:
    """Append a result, with the time and the machine, to runs/benchmarks/NAME.jsonl."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    line = {"time": time.strftime("%Y-%m-%dT%H:%M:%S%z"), "machine": machine(), **result}
    with (RESULTS / f"{benchmark}.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps(line, ensure_ascii=False) + "\n")


def markdown_table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)
