"""fastText on a corpus: eight settings, the one a validation part chooses, and the best on the test set.

Lower-cased text, punctuation split off, each Chinese character apart.  ``supervised`` with dim 10, minCount 1,
2,000,000 buckets, softmax, two threads; 1-grams and 2-grams, learning rate 0.25 and 0.5, 5 and 25 epochs.
Two figures: ``chosen``, the setting that is best on a validation part and is then trained on all training rows (what
a careful user gets), and ``best``, the best of the eight on the test set itself (more than anyone could know
beforehand: the figure to beat).

    python benchmarks/fasttext_peer.py train.csv test.csv [--valid valid.csv]
"""

from __future__ import annotations

import argparse
import itertools
import json
import random
import re
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import fasttext

from common import Row, read_rows, stratified_cut

TOKEN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|[^\W\u3040-\u30ff\u3400-\u9fff]+|[^\w\s]")
SETTINGS = [
    {"wordNgrams": n, "lr": lr, "epoch": epochs} for n, lr, epochs in itertools.product((1, 2), (0.25, 0.5), (5, 25))
]


def prepare(text: str) -> str:
    return " ".join(TOKEN.findall(text.lower()))


def fit(rows: Sequence[Row], labels: Sequence[str], settings: dict[str, Any], threads: int, folder: Path) -> Any:
    """A trained fastText model; labels go by number, for a label in its files may not hold a space."""
    number = {label: i for i, label in enumerate(labels)}
    rows = random.Random(1).sample(list(rows), len(rows))  # it learns in this order; MR is sorted
    path = folder / "fasttext.txt"
    path.write_text("".join(f"__label__{number[label]} {prepare(text)}\n" for label, text in rows), encoding="utf-8")
    return fasttext.train_supervised(
        str(path), dim=10, minCount=1, bucket=2_000_000, loss="softmax", thread=threads, verbose=0, **settings
    )


def accuracy(model: Any, rows: Sequence[Row], labels: Sequence[str]) -> float:
    # model.f is the compiled model: the Python wrapper's predict() does not work with numpy 2.
    right = 0
    for label, text in rows:
        answers = model.f.predict(prepare(text) + "\n", 1, 0.0, "strict")
        right += bool(answers) and labels[int(answers[0][1].removeprefix("__label__"))] == label
    return right / len(rows)


def compare_settings(
    train: Sequence[Row], test: Sequence[Row], valid: Sequence[Row] = (), *, threads: int = 2, seed: int = 1
) -> dict[str, Any]:
    """All settings on one corpus.  Without validation rows a tenth of the training rows is cut off to choose by."""
    part, held = (train, valid) if valid else stratified_cut(train, 0.1, seed)
    labels = sorted({label for label, _ in train})
    tried = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for settings in SETTINGS:
            on_valid = accuracy(fit(part, labels, settings, threads, folder), held, labels)
            start = time.perf_counter()
            model = fit(train, labels, settings, threads, folder)
            seconds = time.perf_counter() - start
            model.save_model(str(folder / "model.bin"))
            tried.append(
                {
                    **settings,
                    "valid": on_valid,
                    "test": accuracy(model, test, labels),
                    "seconds": seconds,
                    "bytes": (folder / "model.bin").stat().st_size,
                }
            )
    return {
        "chosen": max(tried, key=lambda t: t["valid"]),
        "best": max(tried, key=lambda t: t["test"]),
        "all": tried,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("train", type=Path)
    parser.add_argument("test", type=Path)
    parser.add_argument("--valid", type=Path)
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()
    valid = read_rows(args.valid) if args.valid else []
    result = compare_settings(read_rows(args.train), read_rows(args.test), valid, threads=args.threads)
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
