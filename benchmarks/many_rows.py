"""Millions of rows through ``lstm classify -o``: rate, memory, and Ray.

    python benchmarks/many_rows.py rate [--rows 5000000]
    python benchmarks/many_rows.py ray [--rows 1000000]
    python benchmarks/many_rows.py nodes [--rows 60000]

``rate``: rows a second of two workers, with the memory of all processes in each tenth, of one worker, and of the
command without ``-o``, one thread; the last two answer the first fifth of the rows.  ``ray``: the same rows by two
workers with and without Ray, and once more with a Ray worker killed in the middle; the answers have to be the same,
byte for byte.  ``nodes``: two Ray nodes in two network namespaces (root, iproute2).  Rows are made: pieces of 240
characters of the texts of AG News; the model is the default recipe, trained on AG News for a minute, unless --model
names another.

Result: JSON lines in runs/benchmarks/many_rows.jsonl and tables for RESULTS.md on stdout.
"""

from __future__ import annotations

import argparse
import csv
import filecmp
import os
import random
import secrets
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from common import LSTM, ag_news_train, markdown_table, read_rows, record
from namespaces import HOSTS, namespaces

CHARACTERS, TENTHS = 240, 10
LIMIT = 3600.0
ENVIRONMENT = {
    **os.environ,
    "OMP_NUM_THREADS": "1",
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_AUTH_MODE": "token",
    "RAY_AUTH_TOKEN": secrets.token_hex(32),
}
RAY_PORT = 29478


def write_made_rows(path: Path, rows: int, texts: Sequence[str]) -> Path:
    """A CSV file of ``rows`` pieces of running text, the same every time."""
    rng, running = random.Random(0), " ".join(texts)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("id", "text"))
        for n in range(rows):
            start = rng.randrange(len(running) - CHARACTERS)
            writer.writerow((n, running[start : start + CHARACTERS]))
    return path


def tree(root: int) -> dict[int, str]:
    """The processes that have ``root`` as an ancestor, with their names."""
    parents, names = dict[int, int](), dict[int, str]()
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            head, _, rest = path.read_text().rpartition(")")
            number, _, name = head.partition(" (")
            parents[int(number)], names[int(number)] = int(rest.split()[1]), name
    found = {root}
    while more := {number for number, parent in parents.items() if parent in found} - found:
        found |= more
    return {number: names.get(number, "") for number in found}


def memory(pids: Sequence[int]) -> int:
    """Bytes of some processes, each shared page once among them."""
    total = 0
    for pid in pids:
        with suppress(OSError):
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
            total += sum(int(line.split()[1]) << 10 for line in lines if line.startswith("Pss:"))
    return total


@dataclass
class Watched:
    """What a command took."""

    seconds: float = 0.0
    memory: list[int] = field(default_factory=list)

    def tenths(self) -> list[int]:
        """The most memory in each tenth of the time, MiB."""
        size = max(1, len(self.memory) // TENTHS)
        return [max(self.memory[n * size : (n + 1) * size], default=0) >> 20 for n in range(TENTHS)]


def timed(words: Sequence[str], *, kill: str = "", after: float = 0.0) -> Watched:
    """Run a command; ``kill``: SIGKILL for one process below it whose name begins so, after some seconds."""
    found, begin = Watched(), time.perf_counter()
    process = subprocess.Popen(
        words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT
    )
    ended = threading.Event()

    def watch() -> None:
        left = bool(kill)
        while not ended.wait(1.0):
            below = tree(process.pid)
            found.memory.append(memory(list(below)))
            victims = [pid for pid, name in below.items() if name.startswith(kill)] if left else []
            if victims and time.perf_counter() - begin > after:
                os.kill(victims[0], signal.SIGKILL)
                print(f"killed one of {len(victims)} after {time.perf_counter() - begin:.0f} s", flush=True)
                left = False

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        _, said = process.communicate(timeout=LIMIT)
    finally:
        process.kill()
        ended.set()
        thread.join()
    found.seconds = time.perf_counter() - begin
    if process.returncode:
        sys.exit(f"{' '.join(words)}\nexit code {process.returncode}\n{said}")
    return found


def classify(model: Path, rows: Path, out: Path, *more: str) -> list[str]:
    return [LSTM, "classify", "-m", str(model), str(rows), "-o", str(out), "--format", "tsv", *more]


def rate(folder: Path, model: Path, rows: int, texts: Sequence[str]) -> None:
    whole = write_made_rows(folder / "rows.csv", rows, texts)
    part = write_made_rows(folder / "part.csv", rows // 5, texts)
    plain = folder / "plain.tsv"
    alone = [LSTM, "classify", "-m", str(model), str(part), "--format", "tsv", "--threads", "1"]
    runs = {
        ("without -o, one thread", rows // 5): timed(["sh", "-c", 'exec "$@" > "$0"', str(plain), *alone]),
        ("one worker", rows // 5): timed(classify(model, part, folder / "one", "--workers", "1")),
        ("two workers", rows): timed(classify(model, whole, folder / "two", "--workers", "2")),
    }  # fmt: skip
    first = plain.read_bytes()
    assert first == (folder / "one" / "part.csv.tsv").read_bytes()
    with (folder / "two" / "rows.csv.tsv").open("rb") as file:
        assert file.read(len(first)) == first and sum(1 for _ in file) == rows - rows // 5
    rates = {name: count / run.seconds for (name, count), run in runs.items()}
    table = [
        {
            "": name,
            "rows": f"{count:,}",
            "s": f"{run.seconds:.1f}",
            "rows/s": f"{rates[name]:,.0f}",
            "times one worker": f"{rates[name] / rates['one worker']:.2f}",
            "MiB of all processes, by tenths": ", ".join(map(str, run.tenths())),
        }
        for (name, count), run in runs.items()
    ]
    tell("rate", table)


def ray(folder: Path, model: Path, rows: int, texts: Sequence[str]) -> None:
    made = write_made_rows(folder / "rows.csv", rows, texts)
    plain = timed(classify(model, made, folder / "plain", "--workers", "2"))
    there = timed(classify(model, made, folder / "ray", "--workers", "2", "--ray", "local"))
    killed = timed(
        classify(model, made, folder / "killed", "--workers", "2", "--ray", "local"),
        kill="ray::MapWorker", after=there.seconds / 2,
    )  # fmt: skip
    table = [
        {
            "": name,
            "s": f"{run.seconds:.1f}",
            "rows/s": f"{rows / run.seconds:,.0f}",
            "times without Ray": f"{run.seconds / plain.seconds:.2f}",
            "peak MiB of all processes": f"{max(run.memory, default=0) >> 20:,}",
            "same bytes": same(folder / "plain", folder / out),
        }
        for name, out, run in (
            ("two workers", "plain", plain),
            ("two workers on Ray", "ray", there),
            ("the same, one killed", "killed", killed),
        )
    ]
    tell("ray", table)


def same(one: Path, other: Path) -> str:
    name = "rows.csv.tsv"
    return "yes" if filecmp.cmp(one / name, other / name, shallow=False) else "NO"


@contextmanager
def ray_nodes(folder: Path) -> Iterator[None]:
    """A Ray cluster of two machines: network namespaces joined by a cable."""
    head = next(iter(HOSTS.values()))
    with namespaces():
        begun = []
        try:
            for number, (host, address) in enumerate(HOSTS.items()):
                own = ["--head", f"--port={RAY_PORT}", "--include-dashboard=false"]
                words = own if number == 0 else [f"--address={head}:{RAY_PORT}"]
                # Ray keeps sockets and a session's files in one folder of a machine: two machines on one need two
                place = folder / f"r{number}"
                place.mkdir()
                words += [f"--node-ip-address={address}", "--num-cpus=1", f"--temp-dir={place}"]
                ray = [str(Path(LSTM).with_name("ray")), "start", "--block", *words, "--object-store-memory=200000000"]
                begun.append(
                    subprocess.Popen(
                        ["ip", "netns", "exec", host, *ray], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                        stderr=subprocess.DEVNULL, env=ENVIRONMENT,
                    )
                )  # fmt: skip
                time.sleep(15)
            yield
        finally:
            for each in reversed(begun):
                for pid in tree(each.pid):
                    with suppress(OSError):
                        os.kill(pid, signal.SIGKILL)


def nodes(folder: Path, model: Path, rows: int, texts: Sequence[str]) -> None:
    made = write_made_rows(folder / "rows.csv", rows, texts)
    plain = timed(classify(model, made, folder / "plain", "--workers", "2"))
    one, head = next(iter(HOSTS.items()))
    with tempfile.TemporaryDirectory(prefix="ray", dir="/tmp") as place, ray_nodes(Path(place)):
        words = classify(model, made, folder / "ray", "--workers", "2", "--ray", f"{head}:{RAY_PORT}")
        there = timed(["ip", "netns", "exec", one, *words])
    table = [
        {"": "two workers", "s": f"{plain.seconds:.1f}", "same bytes": "yes"},
        {"": "two Ray nodes in two namespaces", "s": f"{there.seconds:.1f}",
         "same bytes": same(folder / "plain", folder / "ray")},
    ]  # fmt: skip
    tell("nodes", table)


def tell(what: str, table: list[dict[str, Any]]) -> None:
    record("many_rows", {"what": what, "table": table})
    print(markdown_table(list(table[0]), [list(row.values()) for row in table]), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("rate", "ray", "nodes"))
    parser.add_argument("--rows", type=int)
    parser.add_argument("--model", type=Path)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        train = ag_news_train(folder)
        model = args.model or folder / "model"
        if args.model is None:
            subprocess.run([LSTM, "train", str(train), "-o", str(model), "--time", "60s", "-q"], check=True)
        texts = [text for _, text in read_rows(train)]
        jobs = {"rate": (rate, 5_000_000), "ray": (ray, 1_000_000), "nodes": (nodes, 60_000)}
        job, rows = jobs[args.what]
        job(folder, model, args.rows or rows, texts)


if __name__ == "__main__":
    main()
