"""Whether ``lstm train --time`` takes that long: the whole command by the clock, with validation, n-grams and saving.

    python benchmarks/time_limit.py                 a minute for each job
    python benchmarks/time_limit.py --seconds 300   five

Result: a JSON line in runs/benchmarks/time_limit.jsonl; the table for RESULTS.md goes to stdout.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from common import LSTM, corpus_file, lm_file, markdown_table, record, run, translation_file

JOBS = {
    "classifier, AG News": [str(corpus_file("ag_news/train_sample.csv"))],
    "classifier, ChnSentiCorp": [str(corpus_file("chnsenticorp/train.csv"))],
    "language model, Penn Treebank": [
        str(lm_file("ptb/ptb.train.txt")), "--valid", str(lm_file("ptb/ptb.valid.txt")), "--preset", "medium",
    ],
    "translator, Multi30k": [
        str(translation_file("multi30k/de-en.train.csv")), "--valid", str(translation_file("multi30k/de-en.valid.csv")),
    ],
}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=60)
    args = parser.parse_args()
    taken = {}
    for job, source in JOBS.items():
        with tempfile.TemporaryDirectory() as name:
            command = [LSTM, "train", *source, "-o", str(Path(name) / "model"), "--time", f"{args.seconds}s"]
            taken[job] = run(command).seconds
    record("time_limit", {"seconds": args.seconds, "taken": taken})
    rows = [(job, f"{args.seconds}", f"{t:.1f}", f"{t / args.seconds:.3f}") for job, t in taken.items()]
    print(markdown_table(("`lstm train --time`", "asked, s", "taken, s", "of it"), rows))


if __name__ == "__main__":
    main()
