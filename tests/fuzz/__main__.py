"""Fuzzing of whole commands: ``python -m fuzz models|texts|runs COUNT [SEED]`` in ``tests/``.

models: every file of every kind of model is mutated (``mutate.py``), and a command answers from it.
texts: files of hostile text (``hostile.py``) are given to sound models.
runs: the same files are given to train, as texts or vectors, and to compare and inspect.

Each must end well or with an error of ours, in bounded time and memory; anything else is printed with its seed, and
the exit code is 1.
"""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from processes import started

TESTS = Path(__file__).resolve().parent.parent
SECONDS = 600.0
"""A child that is silent for so long waits for something; what works for ever ends by ``child.CPU_SECONDS``."""
PATHS = os.pathsep.join(map(str, (TESTS.parent / "src", TESTS)))
"""The tree that these tests are of, not what is installed."""
ENVIRONMENT = {**os.environ, "OMP_NUM_THREADS": "1", "RUST_BACKTRACE": "0", "PYTHONPATH": PATHS, "COLUMNS": "80"}


@dataclass
class Report:
    tried: int = 0
    ends: Counter[str] = field(default_factory=Counter)
    """How many ended well, and with which exit code."""
    faults: list[str] = field(default_factory=list)
    bytes: int = 0
    """Of the texts that were read."""


def fuzz(bases: Path, what: str, count: int, seed: int = 0) -> Report:
    """``what``, models, texts or runs, of the seeds from ``seed`` on."""
    report = Report()
    first, end = seed, seed + count
    while first < end:
        first = _run(bases, what, first, end, report)
    return report


def _run(bases: Path, what: str, first: int, end: int, report: Report) -> int:
    """One child, until it is done or must be ended; returns the seed to go on with."""
    command = [sys.executable, "-m", "fuzz.child", str(bases), str(first), str(end), what]
    pipe = subprocess.PIPE
    with (
        tempfile.TemporaryFile() as talk,
        tempfile.TemporaryDirectory() as here,
        started(command, stdout=pipe, stderr=talk, text=True, env=ENVIRONMENT, cwd=here) as child,
    ):
        assert child.stdout is not None
        lines: queue.Queue[str | None] = queue.Queue()
        stdout = child.stdout

        def read() -> None:
            for line in stdout:
                lines.put(line)
            lines.put(None)

        threading.Thread(target=read, daemon=True).start()
        begun: dict[str, str] | None = None
        seed, wrong = first, ""
        while True:
            try:
                line = lines.get(timeout=SECONDS)
            except queue.Empty:
                wrong = "fault: no end in time"
                child.kill()
                break
            if line is None:
                break
            said = json.loads(line)
            if "found" not in said:
                begun, seed = said, said["seed"]
                continue
            report.bytes += said.get("bytes", 0)
            _count(report, begun, said["found"])
            begun = None
        code = child.wait(SECONDS)
        if begun is None and not wrong and code == 0:
            return end
        talk.seek(0)
        last = talk.read()[-600:].decode(errors="replace")
        if begun is None:
            raise RuntimeError(f"the fuzzer itself failed: {last}")
        _count(report, begun, wrong or f"fault: the process ended with {code}: {last}")
        return seed + 1


def _count(report: Report, begun: dict[str, str] | None, found: str) -> None:
    assert begun is not None
    report.tried += 1
    report.ends[found.split(":")[0]] += 1
    if found.startswith("fault"):
        report.faults.append(f"seed {begun['seed']}, {begun['model']}, {begun['what']}: {found}")


def build(folder: Path) -> None:
    """The models, sound."""
    subprocess.run([sys.executable, "-m", "fuzz.bases", str(folder)], check=True, env=ENVIRONMENT, timeout=600)


def main() -> int:
    what, count = sys.argv[1], int(sys.argv[2])
    with tempfile.TemporaryDirectory() as folder:
        build(Path(folder))
        report = fuzz(Path(folder), what, count, int(sys.argv[3]) if len(sys.argv) > 3 else 0)
    for fault in report.faults:
        print(fault)
    ends = ", ".join(f"{n:,} {end}" for end, n in sorted(report.ends.items()))
    print(f"{report.tried:,} {what} tried ({report.bytes:,} bytes of text): {ends}")
    return 1 if report.faults else 0


if __name__ == "__main__":
    sys.exit(main())
