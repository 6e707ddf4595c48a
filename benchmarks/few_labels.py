"""Few labels and many texts: ``lstm train --unlabelled`` against training on the labels alone.

Of each training file so many rows keep their label, stratified by label and drawn by the seed; all rows are the
unlabelled texts.  Accuracy is that on the test file.

    python benchmarks/few_labels.py trec6 sst2 --labels 100 1000 --seeds 3
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
from collections import defaultdict
from pathlib import Path

import numpy as np

from common import LSTM, Row, corpus_file, markdown_table, read_rows, record, run, write_rows


def some(rows: list[Row], labels: int, seed: int) -> list[Row]:
    """So many rows, of each label as many as its share, and two at least."""
    by_label: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_label[row[0]].append(row)
    draw, found = random.Random(seed), list[Row]()
    for label in sorted(by_label):
        there = by_label[label]
        found += draw.sample(there, min(len(there), max(2, round(labels * len(there) / len(rows)))))
    return found


def accuracy(folder: Path, source: Path, test: Path, seed: int, *more: str) -> tuple[float, float]:
    """In percent, and the seconds of the command."""
    command = [LSTM, "train", str(source), "--test", str(test), "-o", str(folder / "model"), "--force"]
    done = run([*command, "--seed", str(seed), "--threads", "1", "--format", "json", *more])
    return 100 * json.loads(done.stdout)["test"]["accuracy"], done.seconds


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("sets", nargs="+")
    parser.add_argument("--labels", type=int, nargs="+", default=[100, 1000])
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--more", default="", help="more options of the run with unlabelled texts")
    given = parser.parse_args()
    lines = []
    for name in given.sets:
        rows, test = read_rows(corpus_file(f"{name}/train.csv")), corpus_file(f"{name}/test.csv")
        for labels in given.labels:
            alone, helped = [], []
            for seed in range(1, given.seeds + 1):
                with tempfile.TemporaryDirectory() as place:
                    folder = Path(place)
                    source = write_rows(folder / "train.csv", some(rows, labels, seed))
                    texts = write_rows(folder / "texts.csv", [("", text) for _, text in rows])
                    alone.append(accuracy(folder, source, test, seed))
                    more = ["--unlabelled", str(texts), *given.more.split()]
                    helped.append(accuracy(folder, source, test, seed, *more))
                print(name, labels, seed, alone[-1], helped[-1], flush=True)
            figures = {"set": name, "labels": labels, "more": given.more, "alone": alone, "unlabelled": helped}
            record("few_labels", figures)
            shown = [
                f"{np.mean([a for a, _ in part]):.2f} ± {np.std([a for a, _ in part]):.2f}" for part in (alone, helped)
            ]
            gain = float(np.mean([b - a for (a, _), (b, _) in zip(alone, helped, strict=True)]))
            times = [f"{np.mean([seconds for _, seconds in part]):.0f} s" for part in (alone, helped)]
            lines.append((name, f"{labels:,}", *shown, f"{gain:+.2f}", *times))
    print(markdown_table(("set", "labels", "labels alone", "with texts", "gain", "time", "time with texts"), lines))


if __name__ == "__main__":
    main()
