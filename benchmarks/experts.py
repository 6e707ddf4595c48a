"""The default classifier beside fastText and TF-IDF with a linear model, on every classification set.

For each set: test accuracy and macro F1 of ``lstm train`` with nothing but the file; of the best of eight fastText
settings on the test set itself (fasttext_peer.py); and of the best of TF-IDF with a linear model on the test set
itself: words and pairs of words, characters in words from 2 to 5, or both; linear SVC or logistic regression.  Five
seeds where there are at most 10,000 training rows.  ``--rows`` thins the training rows, anew for each seed, as for a
user with few labels.  ``--extra '--characters 0'``: what the character model adds.

    python benchmarks/experts.py                            all sets, all rows
    python benchmarks/experts.py trec6 sst2 --rows 100 300 1000

Results: one JSON line a set in runs/benchmarks/experts.jsonl; the table for RESULTS.md goes to stdout.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
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

SMALL = 10_000
WITHOUT_TEST = {
    "sms_spam": "sms_spam/all.csv",
    "chn_hotel": "chn_hotel/all.csv",
    "shopping_sentiment": "online_shopping_zh/sentiment_all.csv",
    "shopping_category": "online_shopping_zh/category_all.csv",
}
"""Sets without a published split: a fifth is the test set, another one for each seed."""
SETS = (
    *("trec6", "trec50", "sst2", "sst5", "mr", "ag_news", "20newsgroups", "imdb"),
    *WITHOUT_TEST,
    *("chnsenticorp", "thucnews_titles"),
)


def read_set(name: str, folder: Path, seed: int = 1) -> tuple[list[Row], list[Row]]:
    """Training and test rows."""
    if name in WITHOUT_TEST:
        return stratified_cut(read_rows(corpus_file(WITHOUT_TEST[name])), 0.2, seed=seed)
    train = ag_news_train(folder) if name == "ag_news" else corpus_file(f"{name}/train.csv")
    return read_rows(train), read_rows(corpus_file(f"{name}/test.csv"))


def thinned(rows: list[Row], size: int, seed: int) -> list[Row]:
    return random.Random(seed).sample(rows, size) if 0 < size < len(rows) else rows


def ours(train: Path, test: Path, folder: Path, seed: int, *options: str) -> dict[str, float]:
    """Accuracy and macro F1 in per cent, and the seconds of training."""
    model = str(folder / "model")
    command = [LSTM, "train", str(train), "-o", model, "--force", "--seed", str(seed), "--threads", "1", *options]
    trained = run(command)
    report = json.loads(run([LSTM, "classify", str(test), "-m", model, "--report", "--format", "json"]).stdout)
    return {
        "accuracy": 100 * report["accuracy"],
        "macro_f1": 100 * report["macro_f1"],
        "seconds": trained.seconds,
    }


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


def measure(name: str, size: int, seeds: Sequence[int], extra: list[str]) -> dict[str, Any]:
    """What ``lstm train`` with every seed and both peers come to; each seed draws other rows, if rows are thinned."""
    runs, fasttext, linear = list[dict[str, float]](), list[float](), list[list[tuple[float, float]]]()
    for seed in seeds:
        with tempfile.TemporaryDirectory() as directory:
            folder = Path(directory)
            rows, test = read_set(name, folder, seed)
            train = thinned(rows, size, seed)
            files = write_rows(folder / "part.csv", train), write_rows(folder / "test.csv", test)
            runs.append(ours(*files, folder, seed, *extra))
        print(f"  {name}, seed {seed}: {runs[-1]}", file=sys.stderr, flush=True)
        if not linear or len(train) < len(rows) or name in WITHOUT_TEST:
            fasttext.append(100 * compare_settings(train, test, threads=1)["best"]["test"])
            linear.append(list(tfidf(train, test)))
    best = [[max(values) for values in zip(*models, strict=True)] for models in linear]
    return {
        "set": name,
        "rows": len(train),
        "test_rows": len(test),
        "seeds": list(seeds),
        "options": extra,
        "runs": runs,
        "fasttext": fasttext,
        "tfidf": best,
    }


def line(found: dict[str, Any]) -> tuple[str, ...]:
    """A row of the table."""
    accuracies, scores, seconds = ([run[key] for run in found["runs"]] for key in ("accuracy", "macro_f1", "seconds"))
    peers = [statistics.mean(found["fasttext"]), *(statistics.mean(each) for each in zip(*found["tfidf"], strict=True))]
    spread = f" ± {statistics.stdev(accuracies):.2f}" if len(accuracies) > 1 else ""
    accuracy, f1 = statistics.mean(accuracies), statistics.mean(scores)
    return (
        found["set"],
        f"{found['rows']:,}",
        str(len(accuracies)),
        f"{accuracy:.2f}{spread}",
        f"{f1:.2f}",
        *(f"{value:.2f}" for value in peers),
        f"{accuracy - max(peers[:2]):+.2f}",
        f"{f1 - peers[2]:+.2f}",
        f"{statistics.median(seconds):.0f} s",
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sets", nargs="*", metavar="SET", help=f"of: {', '.join(SETS)} (all)")
    parser.add_argument("--rows", type=int, nargs="+", default=[0], help="training rows; 0: all of them")
    parser.add_argument("--seeds", type=int, help="seeds of each set (5 of up to 10,000 training rows, else 1)")
    parser.add_argument("--extra", default="", help="options for lstm train, such as '--characters 0'")
    args = parser.parse_args()
    if unknown := set(args.sets) - set(SETS):
        parser.error(f"no such set: {', '.join(sorted(unknown))}")
    lines = []
    for name in args.sets or SETS:
        for size in args.rows:
            with tempfile.TemporaryDirectory() as directory:
                rows = size or len(read_set(name, Path(directory))[0])
            seeds = range(1, 1 + (args.seeds or (5 if rows <= SMALL else 1)))
            found = measure(name, size, seeds, args.extra.split())
            record("experts", found)
            lines.append(line(found))
    header = (
        *("set", "rows", "seeds", "accuracy", "macro F1", "best of 8 fastText"),
        *("best of 6 TF-IDF + linear", "their macro F1", "accuracy ahead", "macro F1 ahead", "training, one thread"),
    )
    print(markdown_table(header, lines))


if __name__ == "__main__":
    main()
