"""Few labels and many texts: ``lstm train --unlabelled`` against training on the labels alone, from scratch.

Of each training file so many rows keep their label, stratified by label and drawn by the seed; all rows, or so many,
are the unlabelled texts.  Accuracy is that on the test file, or on so many rows of it.

With ``--lm`` a language model is trained first, once for the command, with the options given, on the training texts of
the sets and on the files of ``--lm-texts``, without any text of a test file, and every classifier starts from it.
``--keep`` names the folder where it is kept for the next command.

    python benchmarks/few_labels.py trec6 sst2 chnsenticorp --labels 100 1000 --seeds 3
    python benchmarks/few_labels.py imdb --labels 100 --texts 5000 --tested 2000
    python benchmarks/few_labels.py sst2 --labels 100 --lm "--epochs 3" --lm-texts imdb/train.csv
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


def language_model(model: Path, sets: list[str], files: list[str], options: str) -> list[str]:
    """Train a language model unless it is there, and return the options of a classifier that starts from it."""
    if not model.is_dir():
        tested = {_plain(text) for name in sets for _, text in read_rows(corpus_file(f"{name}/test.csv"))}
        found = [*(f"{name}/train.csv" for name in sets), *files]
        texts = {_plain(text): None for file in found for _, text in read_rows(corpus_file(file))}
        kept = [text for text in texts if text and text not in tested]
        random.Random(0).shuffle(kept)
        print(
            f"language model: {len(kept):,} texts, {len(texts) - len(kept):,} left out, of the test files", flush=True
        )
        with tempfile.TemporaryDirectory() as place:
            book = Path(place) / "texts.txt"
            book.write_text("\n".join(kept) + "\n", encoding="utf-8")
            command = [LSTM, "train", str(book), "--task", "lm", "-o", str(model), "--threads", "1", *options.split()]
            print(f"{run(command).seconds:.0f} s", flush=True)
    return ["--init-from", str(model)]


def _plain(text: str) -> str:
    return " ".join(text.split())


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("sets", nargs="+")
    parser.add_argument("--labels", type=int, nargs="+", default=[100, 1000])
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--more", default="", help="more options of the run with unlabelled texts")
    parser.add_argument("--texts", type=int, help="unlabelled texts, at most")
    parser.add_argument("--tested", type=int, help="rows of the test file, at most")
    parser.add_argument("--lm", help="options of a language model to start from")
    parser.add_argument("--lm-texts", nargs="+", default=[], help="files of classify/ whose texts it reads too")
    parser.add_argument("--keep", type=Path, help="where it is kept")
    given = parser.parse_args()
    start, spare = [], tempfile.TemporaryDirectory()  # gone at the end
    if given.lm is not None:
        start = language_model(given.keep or Path(spare.name) / "lm", given.sets, given.lm_texts, given.lm)
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
                    more = ["--unlabelled", str(texts), *start, *given.more.split()]
                    helped.append(accuracy(folder, source, tested, seed, *more))
                print(name, labels, seed, alone[-1], helped[-1], flush=True)
            how = {key: getattr(given, key) for key in ("more", "lm", "lm_texts", "texts")} | {"tested": len(judged)}
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
