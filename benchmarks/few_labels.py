"""Few labels and many texts: ``lstm train --unlabelled`` against training on the labels alone, from scratch.

Of each training file so many rows keep their label, stratified by label and drawn by the seed; all rows, or so many,
are the unlabelled texts.  Accuracy is that on the test file, or on so many rows of it.  With ``--lm`` a language model
is trained on the unlabelled texts first, with the options given, and the classifier starts from it.

    python benchmarks/few_labels.py trec6 sst2 chnsenticorp --labels 100 1000 --seeds 3
    python benchmarks/few_labels.py imdb --labels 100 --texts 5000 --tested 2000
    python benchmarks/few_labels.py sst2 --labels 100 --lm "--epochs 10"
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


def language_model(folder: Path, texts: list[Row], options: str) -> list[str]:
    """Train a language model on texts, and return the options of a classifier that starts from it."""
    book, model = folder / "texts.txt", str(folder / "lm")
    book.write_text("\n".join(" ".join(text.split()) for _, text in texts) + "\n", encoding="utf-8")
    run([LSTM, "train", str(book), "--task", "lm", "--mode", "lines", "-o", model, "--threads", "1", *options.split()])
    return ["--init-from", model]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("sets", nargs="+")
    parser.add_argument("--labels", type=int, nargs="+", default=[100, 1000])
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--more", default="", help="more options of the run with unlabelled texts")
    parser.add_argument("--texts", type=int, help="unlabelled texts, at most")
    parser.add_argument("--tested", type=int, help="rows of the test file, at most")
    parser.add_argument("--lm", help="options of a language model to start from")
    given = parser.parse_args()
    lines = []
    for name in given.sets:
        rows, test = read_rows(corpus_file(f"{name}/train.csv")), read_rows(corpus_file(f"{name}/test.csv"))
        judged = some(test, given.tested or len(test), 0)
        for labels in given.labels:
            alone, helped = [], []
            for seed in range(1, given.seeds + 1):
                with tempfile.TemporaryDirectory() as place:
                    folder = Path(place)
                    source = write_rows(folder / "train.csv", some(rows, labels, seed))
                    others = random.Random(seed).sample(rows, min(len(rows), given.texts or len(rows)))
                    texts = write_rows(folder / "texts.csv", [("", text) for _, text in others])
                    tested = write_rows(folder / "test.csv", judged)
                    alone.append(accuracy(folder, source, tested, seed, "--pretrain", "0"))
                    more = ["--unlabelled", str(texts), *given.more.split()]
                    more += [] if given.lm is None else language_model(folder, others, given.lm)
                    helped.append(accuracy(folder, source, tested, seed, *more))
                print(name, labels, seed, alone[-1], helped[-1], flush=True)
            how = {"more": given.more, "lm": given.lm, "texts": given.texts, "tested": len(judged)}
            figures = {"set": name, "labels": labels, **how, "alone": alone, "unlabelled": helped}
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
