"""Training in two processes of one thread against one process of two threads, and one of one, for the three tasks.

Each trains one epoch with the default recipe (no linear models beside the classifier: the main process fits them alone,
whatever the number of processes).  The rate is that of the training steps, without start, validation and saving; the
seconds are those of the whole command.  With ``--reduce`` also the time of summing so many megabytes of gradients.

    python benchmarks/distributed.py                      three rounds in turn
    python benchmarks/distributed.py --rounds 1 --rows 2000
    python benchmarks/distributed.py --tasks lm

Result: a JSON line in runs/benchmarks/distributed.jsonl; the tables for RESULTS.md go to stdout.
"""

from __future__ import annotations

import argparse
import csv
import itertools
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from common import (
    LSTM,
    interleave,
    lm_file,
    markdown_table,
    median,
    read_rows,
    record,
    run,
    translation_file,
    write_rows,
)
from common import ag_news_train as ag_news

SIDES = {"1 x 1": (1, 1), "1 x 2": (1, 2), "2 x 1": (2, 1)}
"""Processes and the threads of each."""
REDUCE = """
import sys, time, torch, torch.distributed as dist
dist.init_process_group("gloo")
x = torch.ones(int(sys.argv[1]) // 4)
for n in range(13):
    if n == 3: begin = time.perf_counter()
    dist.all_reduce(x)
if dist.get_rank() == 0: print((time.perf_counter() - begin) / 10)
dist.destroy_process_group()
"""


def sources(folder: Path, rows: int) -> dict[str, tuple[str, list[str]]]:
    """For each task, its source and the options of ``lstm train``."""
    topics = write_rows(folder / "topics.csv", read_rows(ag_news(folder))[:rows])
    with translation_file("multi30k/de-en.train.csv").open(encoding="utf-8", newline="") as file:
        pairs = list(itertools.islice(csv.reader(file), rows + 1))
    with (folder / "pairs.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(pairs)
    lines = lm_file("ptb/ptb.train.txt").read_text("utf-8").splitlines(keepends=True)
    (folder / "ptb.txt").write_text("".join(lines[:rows]), "utf-8")
    alone = ["--ngrams", "0", "--characters", "0"]
    return {
        "classifier": (str(topics), ["--task", "classify", *alone]),
        "language model": (str(folder / "ptb.txt"), ["--task", "lm"]),
        "translator": (str(folder / "pairs.csv"), ["--text-column", "source", "--target-column", "target"]),
    }


def train(source: str, options: list[str], model: Path, processes: int, threads: int) -> dict[str, float]:
    how = ["--processes", str(processes), "--threads", str(threads), "--epochs", "1", "--checkpoint-every", "never"]
    done = run([LSTM, "train", source, "-o", str(model), "--force", *how, *options])
    lines = (model / "log.jsonl").read_text("utf-8").splitlines()
    events = [json.loads(line) for line in lines]
    steps = [event for event in events if event["event"] == "step"]
    validated = next(event for event in events if event["event"] == "validated")
    planned = next(event for event in events if event["event"] == "run_planned")
    return {
        "rate": steps[-1]["rate"],
        "seconds": done.seconds,
        "loss": validated["loss"],
        "parameters": planned["parameters"],
        "step_seconds": steps[-1]["seconds"] / steps[-1]["step"],
    }


def reduce_seconds(size: int, processes: int = 2) -> float:
    """Seconds to sum ``size`` bytes over the processes."""
    with tempfile.NamedTemporaryFile("w", suffix=".py") as script:
        script.write(REDUCE)
        script.flush()
        command = [sys.executable, "-m", "torch.distributed.run", "--standalone", f"--nproc-per-node={processes}"]
        done = subprocess.run([*command, script.name, str(size)], capture_output=True, text=True, check=True)
    return float(next(line for line in done.stdout.splitlines() if line.startswith("0.")))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3, metavar="N")
    parser.add_argument("--rows", type=int, default=8_000, metavar="N", help="texts, lines or pairs")
    parser.add_argument("--tasks", nargs="+", default=["classifier", "language model", "translator"], metavar="TASK")
    parser.add_argument("--reduce", type=int, nargs="*", default=[1, 10, 100], metavar="MB")
    args = parser.parse_args()
    table, sums = [], []
    with tempfile.TemporaryDirectory() as name:
        for task, (source, options) in sources(Path(name), args.rows).items():
            if task not in args.tasks:
                continue
            sides: dict[str, Callable[[], Any]] = {
                side: partial(train, source, options, Path(name) / "model", *how) for side, how in SIDES.items()
            }
            found = interleave(args.rounds, **sides)
            rates = {side: median(each["rate"] for each in runs) for side, runs in found.items()}
            for side, runs in found.items():
                seconds = median(each["seconds"] for each in runs)
                more = f"{rates[side] / rates['1 x 1']:.2f}", f"{rates[side] / rates['1 x 2']:.2f}"
                loss, parameters = runs[0]["loss"], int(runs[0]["parameters"])
                table.append(
                    (task, side, f"{rates[side]:,.0f}", *more, f"{seconds:.1f} s", f"{loss:.4f}", f"{parameters:,}")
                )
            record("distributed", {"task": task, "rows": args.rows, "runs": found})
    columns = ("task", "processes x threads", "texts or tokens/s", "times 1 x 1", "times 1 x 2", "whole command")
    print(markdown_table((*columns, "validation loss", "parameters"), table))
    print(flush=True)
    for megabytes in args.reduce:
        seconds = median(reduce_seconds(megabytes * 10**6) for _ in range(args.rounds))
        sums.append((f"{megabytes} MB", f"{seconds * 1000:.1f} ms", f"{megabytes / seconds / 1000:.2f} GB/s"))
        record("distributed_sum", {"megabytes": megabytes, "seconds": seconds})
    print(markdown_table(("gradients", "sum over 2 processes", "rate"), sums))


if __name__ == "__main__":
    main()
