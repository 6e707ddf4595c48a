"""Thresholds for each label of a multi-label model against 0.5 for all, on sets that are made here.

The corpora have no texts with several labels, so they are made: one to three texts of a corpus in a row become one,
which has the labels of all (``trec50``: 50 labels, many of them rare; ``newsgroups``: the subjects of 20 Newsgroups,
of which only the first 40 words are taken).  Training, validation and test texts are made from different rows.

    python benchmarks/thresholds.py trec50 newsgroups --seeds 3
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
from pathlib import Path

import numpy as np

from common import LSTM, Row, corpus_file, markdown_table, read_rows, record, run, write_rows

WORDS = 40
MOST = 3
MEASURES = ("micro_f1", "macro_f1")


def joined(rows: list[Row], seed: int) -> list[Row]:
    """Texts of one to three rows, with their labels."""
    draw, rows, found = random.Random(seed), list(rows), list[Row]()
    draw.shuffle(rows)
    while rows:
        some = [rows.pop() for _ in range(min(len(rows), draw.randint(1, MOST)))]
        found.append(("|".join(sorted({label for label, _ in some})), " ".join(text for _, text in some)))
    return found


def corpus(name: str, most: int) -> tuple[list[Row], list[Row]]:
    """The rows for training and validation, and those for testing."""
    if name == "trec50":
        train, test = (read_rows(corpus_file(f"trec50/{part}.csv")) for part in ("train", "test"))
        return train, test
    parts = []
    for part in ("train", "test"):
        rows = read_rows(corpus_file(f"20newsgroups/{part}.csv"))
        random.Random(0).shuffle(rows)
        parts.append([(label, " ".join(text.split()[:WORDS])) for label, text in rows[:most]])
    return parts[0], parts[1]


def measured(folder: Path, test: Path, *more: str) -> list[float]:
    """Micro and macro F1 in percent."""
    command = [LSTM, "classify", str(test), "-m", str(folder / "model"), "--report", "--format", "json", *more]
    found = json.loads(run([*command, "--label-separator", "|"]).stdout)
    return [100 * found[name] for name in MEASURES]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("sets", nargs="+", choices=("trec50", "newsgroups"))
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--most", type=int, default=6000, help="rows of 20 Newsgroups, for training and for testing")
    given, more = parser.parse_known_args()
    lines = []
    for name in given.sets:
        train, test = corpus(name, given.most)
        usual, own = [], []
        for seed in range(1, given.seeds + 1):
            with tempfile.TemporaryDirectory() as place:
                folder = Path(place)
                source = write_rows(folder / "train.csv", joined(train, seed))
                held = write_rows(folder / "test.csv", joined(test, 0))
                command = [LSTM, "train", str(source), "-o", str(folder / "model"), "--label-separator", "|", "-q"]
                run([*command, "--seed", str(seed), "--threads", "1", *more])
                usual.append(measured(folder, held, "--threshold", "0.5"))
                own.append(measured(folder, held))
            record("thresholds", {"set": name, "seed": seed, "usual": usual[-1], "own": own[-1]})
        parts = np.array(usual), np.array(own)
        shown = [f"{np.mean(part[:, n]):.1f} ± {np.std(part[:, n]):.1f}" for n in (0, 1) for part in parts]
        lines.append((name, *shown))
    header = ("set", "micro F1, 0.5 for all", "micro F1, own", "macro F1, 0.5 for all", "macro F1, own")
    print(markdown_table(header, lines))


if __name__ == "__main__":
    main()
