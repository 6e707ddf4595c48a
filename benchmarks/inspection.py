"""``lstm inspect`` over 1,000 tokens with networks of 2 x 256: seconds after start-up.

A text of 1,000 tokens and one of a single token are inspected in turn, each by a new process; the difference of the
medians is what the text takes after start-up.  No peer does this.  The networks are trained for a second: what they
learn does not change what reading takes.

    python benchmarks/inspection.py

Result: a JSON line in runs/benchmarks/inspection.jsonl; the table for RESULTS.md goes to stdout.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path
from typing import Any

from common import LSTM, Run, interleave, markdown_table, median, record, run

TOKENS = 1000
TRAIN = {
    "language model": ["sample:stdlib", "--preset", "small"],
    "classifier": ["sample:reviews", "--hidden", "256", "--layers", "2"],
}
FORMATS = ("table", "jsonl")


def text_of(tokens: int) -> str:
    """As many words as tokens, or a few more tokens, from the README."""
    words = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8").split()
    return " ".join(words[:tokens])


def measure(folder: Path, rounds: int) -> list[dict[str, Any]]:
    long, short = folder / "long.txt", folder / "short.txt"
    long.write_text(text_of(TOKENS), encoding="utf-8")
    short.write_text(text_of(1), encoding="utf-8")
    found = []
    for name, options in TRAIN.items():
        model = str(folder / name)
        run([LSTM, "train", *options, "--time", "1s", "-o", model])

        def inspect(text: Path, format: str, model: str = model) -> Run:
            return run([LSTM, "inspect", "-m", model, "--layer", "all", "--file", str(text), "--format", format])

        tokens = len(json.loads(inspect(long, "json").stdout)[0]["tokens"])
        for format in FORMATS:
            seconds = interleave(
                rounds,
                long=lambda inspect=inspect, format=format: inspect(long, format).seconds,  # type: ignore[misc]
                short=lambda inspect=inspect, format=format: inspect(short, format).seconds,  # type: ignore[misc]
            )
            medians = {side: median(times) for side, times in seconds.items()}
            found.append({"model": name, "format": format, "tokens": tokens, "seconds": medians})
    return found


def table(results: list[dict[str, Any]]) -> str:
    rows = [
        (
            f"{r['model']}, `--format {r['format']}`",
            f"{r['tokens']:,}",
            f"{r['seconds']['long']:.2f} s",
            f"{r['seconds']['short']:.2f} s",
            f"**{r['seconds']['long'] - r['seconds']['short']:.2f} s**",
        )
        for r in results
    ]
    return markdown_table(("`lstm inspect --layer all`", "tokens", "whole command", "with one token", "the text"), rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        results = measure(Path(name), args.rounds)
    record("inspection", {"rounds": args.rounds, "results": results})
    print(table(results))


if __name__ == "__main__":
    main()
