"""What the character model adds to the default classifier, beside fastText and TF-IDF with a linear model.

For each set: test accuracy and macro F1 of ``lstm train`` without and with the character model (``--characters 0`` and
the default); of the best of eight fastText settings on the test set itself (fasttext_peer.py); and of the best of
TF-IDF with a linear model on the test set itself: words and pairs of words, characters in words from 2 to 5, or both;
linear SVC or logistic regression.  ``--rows`` thins the training rows, as for a user with few labels.

    python benchmarks/experts.py                            all sets, all rows: about an hour
    python benchmarks/experts.py trec6 sst2 --rows 100 300 1000

Results: one JSON line a set in runs/benchmarks/experts.jsonl; the table for RESULTS.md goes to stdout.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from common import (
    LSTM,
    Row,
    ag_news_train,
    corpus_file,
    markdown_table,
    read_rows,
    record,
    run,
    stratified_cut,
    write_rows,
)
from fasttext_peer import compare_settings

WITHOUT_TEST = ("sms_spam", "chn_hotel")
"""Sets without a published split: a fifth is the test set."""
SETS = (
    *("trec6", "trec50", "sst2", "sst5", "mr", "ag_news", "20newsgroups", "imdb"),
    *WITHOUT_TEST,
    *("chnsenticorp", "thucnews_titles"),
)


def read_set(name: str, folder: Path) -> tuple[list[Row], list[Row]]:
    """Training and test rows."""
    if name in WITHOUT_TEST:
        return stratified_cut(read_rows(corpus_file(f"{name}/all.csv")), 0.2, seed=1)
    train = ag_news_train(folder) if name == "ag_news" else corpus_file(f"{name}/train.csv")
    return read_rows(train), read_rows(corpus_file(f"{name}/test.csv"))


def thinned(rows: list[Row], size: int, seed: int) -> list[Row]:
    return random.Random(seed).sample(rows, size) if 0 < size < len(rows) else rows


def ours(train: Path, test: Path, folder: Path, seed: int, *options: str) -> tuple[float, float]:
    """Accuracy and macro F1 in per cent."""
    model = str(folder / "model")
    run([LSTM, "train", str(train), "-o", model, "--force", "--seed", str(seed), "--threads", "1", *options])
    report = json.loads(run([LSTM, "classify", str(test), "-m", model, "--report", "--format", "json"]).stdout)
    return 100 * report["accuracy"], 100 * report["macro_f1"]


def tfidf(train: Sequence[Row], test: Sequence[Row]) -> Iterator[tuple[float, float]]:
    """Accuracy and macro F1 in per cent of each of six TF-IDF models."""
    from scipy.sparse import hstack
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import accuracy_score, f1_score
    from sklearn.svm import LinearSVC

    (gold, texts), (wanted, asked) = (list(map(list, zip(*rows, strict=True))) for rows in (train, test))
    words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, token_pattern=r"[\u3040-\u30ff\u3400-\u9fff]|\w+")
    characters = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), min_df=2, sublinear_tf=True)
    pairs = [(vectorizer.fit_transform(texts), vectorizer.transform(asked)) for vectorizer in (words, characters)]
    pairs.append(tuple(hstack(parts).tocsr() for parts in zip(*pairs, strict=True)))
    for X, Y in pairs:
        for model in (LinearSVC(), LogisticRegression(C=10, max_iter=300)):
            found = model.fit(X, gold).predict(Y)
            macro = f1_score(wanted, found, average="macro", zero_division=0)
            yield 100 * accuracy_score(wanted, found), 100 * macro


def measure(name: str, size: int, seed: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as directory:
        folder = Path(directory)
        train, test = read_set(name, folder)
        train = thinned(train, size, seed)
        files = write_rows(folder / "part.csv", train), write_rows(folder / "test.csv", test)
        before = ours(*files, folder, seed, "--characters", "0")
        after = ours(*files, folder, seed)
    fasttext = 100 * compare_settings(train, test, threads=1)["best"]["test"]
    peers = list(tfidf(train, test))
    return {
        "set": name,
        "rows": len(train),
        "test_rows": len(test),
        "seed": seed,
        "without": before,
        "default": after,
        "fasttext": fasttext,
        "tfidf": (max(accuracy for accuracy, _ in peers), max(macro for _, macro in peers)),
    }


def shown(pair: tuple[float, float]) -> str:
    return " / ".join(f"{value:.2f}" for value in pair)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sets", nargs="*", metavar="SET", help=f"of: {', '.join(SETS)} (all)")
    parser.add_argument("--rows", type=int, nargs="+", default=[0], help="training rows; 0: all of them")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    if unknown := set(args.sets) - set(SETS):
        parser.error(f"no such set: {', '.join(sorted(unknown))}")
    lines = []
    for name in args.sets or SETS:
        for size in args.rows:
            found = measure(name, size, args.seed)
            record("experts", found)
            both = (shown(found[key]) for key in ("without", "default", "tfidf"))
            without, default, peer = both
            lines.append((name, f"{found['rows']:,}", without, default, f"{found['fasttext']:.2f}", peer))
            print(f"{name}, {found['rows']:,} rows: done", file=sys.stderr)
    header = ("set", "rows", "without characters", "default", "best of 8 fastText", "best of 6 TF-IDF + linear")
    print(markdown_table(header, lines))


if __name__ == "__main__":
    main()
