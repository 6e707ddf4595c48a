"""Time and peak memory of ``lstm train`` on 1,000 to 1,000,000 rows, and how they grow.

The rows are those of AG News, over and over, the words of each in a random order, so that no two are the same.  The
time is that of the processor, of all threads.  The exponents are those between one number of rows and the next: 1 for
a cost that grows as the rows do.  The estimate is the one that the run itself gives before it trains.

    python benchmarks/training_memory.py                         the default recipe, one epoch
    python benchmarks/training_memory.py --rows 1000 10000       a try-out
    python benchmarks/training_memory.py -- --time 5m            other options of lstm train for every run

Result: a JSON line in runs/benchmarks/training_memory.jsonl; the table for RESULTS.md goes to stdout.
"""

from __future__ import annotations

import argparse
import itertools
import json
import math
import random
import resource
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from common import LSTM, Row, ag_news_train, markdown_table, read_rows, record, run, write_rows


def shuffled(rows: list[Row], count: int) -> Iterator[Row]:
    draw = random.Random(1)
    for label, text in itertools.islice(itertools.cycle(rows), count):
        words = text.split()
        draw.shuffle(words)
        yield label, " ".join(words)


def processor_seconds() -> float:
    """Processor time of all commands so far."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def train(source: Path, model: Path, options: list[str]) -> dict[str, Any]:
    before = processor_seconds()
    command = [LSTM, "train", str(source), "-o", str(model), "--force", "--format", "json", *options]
    done = run(command)
    estimate = json.loads(done.stdout)["plan"]["estimate"]
    return {
        "seconds": done.seconds,
        "processor_seconds": processor_seconds() - before,
        "peak_bytes": done.peak_bytes,
        "estimated_seconds": estimate["seconds"],
        "estimated_bytes": estimate["memory_bytes"],
    }


def exponent(before: float | None, value: float, factor: float) -> str:
    return "" if before is None else f"{math.log(value / before) / math.log(factor):.2f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000, 10_000, 100_000, 1_000_000], metavar="N")
    parser.add_argument("options", nargs="*", default=["--epochs", "1"], help="options of lstm train, after --")
    args = parser.parse_args()
    found: list[dict[str, Any]] = []
    table = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rows = read_rows(ag_news_train(folder))
        for count in args.rows:
            source = write_rows(folder / "rows.csv", shuffled(rows, count))
            result = {"rows": count, **train(source, folder / "model", args.options)}
            last = found[-1] if found else {}
            factor = count / last.get("rows", 1)
            table.append(
                (
                    f"{count:,}",
                    f"{result['processor_seconds']:,.0f} s",
                    exponent(last.get("processor_seconds"), result["processor_seconds"], factor),
                    f"{result['peak_bytes'] / 2**20:,.0f} MiB",
                    exponent(last.get("peak_bytes"), result["peak_bytes"], factor),
                    f"{result['estimated_bytes'] / result['peak_bytes']:.2f}",
                )
            )
            found.append(result)
            record("training_memory", {"options": args.options, **result})
    print(markdown_table(("rows", "processor time", "exponent", "peak memory", "exponent", "estimate / peak"), table))


if __name__ == "__main__":
    main()
