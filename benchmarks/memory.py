"""Peak memory of ``lstm classify`` on 10,000 and on 1,000,000 lines, from a file and from a pipe.

The lines are AG News texts, one a line, over and over.  The peak is the resident memory that the kernel
counted for the process.

    python benchmarks/memory.py
    python benchmarks/memory.py --model DIR --lines 1000 20000     a try-out

Result: a JSON line in runs/benchmarks/memory.jsonl; the table for RESULTS.md goes to stdout.
"""

from __future__ import annotations

import argparse
import itertools
import tempfile
from pathlib import Path
from typing import Any

from common import LSTM, Run, corpus_file, markdown_table, read_rows, record, run, short_model


def write_lines(path: Path, texts: list[str], count: int) -> Path:
    with path.open("w", encoding="utf-8") as file:
        file.writelines(f"{text}\n" for text in itertools.islice(itertools.cycle(texts), count))
    return path


def classify(model: str, path: Path, piped: bool) -> Run:
    command = [LSTM, "classify", "-m", model, "--input-format", "text"]
    if piped:
        return run([*command, "-"], stdin=path, keep_stdout=False)
    return run([*command, str(path)], keep_stdout=False)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", type=int, nargs=2, default=(10_000, 1_000_000), metavar="N")
    parser.add_argument("--model", help="a model directory; else one is trained on AG News for --time")
    parser.add_argument("--time", default="20s", help="time for that training (20s)")
    args = parser.parse_args()
    few, many = args.lines
    result: dict[str, Any] = {"lines": [few, many]}
    rows = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        model = args.model or short_model(folder, args.time)
        texts = [" ".join(text.split()) for _, text in read_rows(corpus_file("ag_news/test.csv"))]
        small = write_lines(folder / "few.txt", texts, few)
        large = write_lines(folder / "many.txt", texts, many)
        for way, piped in (("file", False), ("pipe", True)):
            a, b = classify(model, small, piped), classify(model, large, piped)
            result[way] = {
                "peak_bytes": [a.peak_bytes, b.peak_bytes],
                "seconds": [a.seconds, b.seconds],
                "ratio": b.peak_bytes / a.peak_bytes,
            }
            sizes = [f"{r.peak_bytes / 2**20:.0f} MiB" for r in (a, b)]
            rows.append((way, *sizes, f"**{result[way]['ratio']:.2f}**", f"{many / b.seconds:,.0f}"))
    record("memory", result)
    header = ("input", f"{few:,} lines", f"{many:,} lines", "ratio", "documents per second")
    print(markdown_table(header, rows))


if __name__ == "__main__":
    main()
