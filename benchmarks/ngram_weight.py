"""How much the n-gram model should count beside the network, on texts that neither has seen; never on a test file.

Each model is what ``lstm train part.csv`` makes.  The rows it is judged by are the corpus's published validation file,
or a cut of its training file: a fifth, five times over, or of a large corpus 5,000 rows while the rest gives training
parts of several sizes.  For each weight: accuracy in per cent and log loss in nats, after the one scale of the
probabilities is fitted to those rows, so that the weight alone differs.

    python benchmarks/ngram_weight.py                       all corpora: about 40 minutes
    python benchmarks/ngram_weight.py sst2 trec6            some of them

Results: one JSON line a model in runs/benchmarks/ngram_weight.jsonl; the table for RESULTS.md goes to stdout.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from common import LSTM, Row, corpus_file, markdown_table, read_rows, record, run, stratified_cut, write_rows

WEIGHTS = (0.5, 0.7, 1.0, 1.4, 2.0, 2.8, 4.0)

Part = tuple[int, list[Row], list[Row]]
"""A seed, rows to train on, and rows to judge by."""


def published(name: str) -> Callable[[], Iterator[Part]]:
    def parts() -> Iterator[Part]:
        train, valid = (read_rows(corpus_file(f"{name}/{part}.csv")) for part in ("train", "valid"))
        yield from ((seed, train, valid) for seed in (1, 2, 3))

    return parts


def cut(rows: Callable[[], list[Row]]) -> Callable[[], Iterator[Part]]:
    def parts() -> Iterator[Part]:
        yield from ((seed, *stratified_cut(rows(), 0.2, seed)) for seed in (1, 2, 3, 4, 5))

    return parts


def training(name: str) -> Callable[[], list[Row]]:
    return lambda: read_rows(corpus_file(f"{name}/train.csv"))


def sms_spam() -> list[Row]:
    """The training part that quality.py cuts."""
    return stratified_cut(read_rows(corpus_file("sms_spam/all.csv")), 0.2, seed=1)[0]


def shop_reviews(size: int) -> Callable[[], Iterator[Part]]:
    """Positive and negative, of ten kinds of goods; without the hotel reviews that ChnSentiCorp's test file has too."""

    def parts() -> Iterator[Part]:
        tests = {text.strip()[:60] for _, text in read_rows(corpus_file("chnsenticorp/test.csv"))}
        rows = read_rows(corpus_file("online_shopping_zh/sentiment_all.csv"))
        rows = [row for row in rows if row[1].strip()[:60] not in tests]
        rest, held = stratified_cut(rows, 5_000 / len(rows), seed=7)
        yield from ((seed, random.Random(seed).sample(rest, size), held) for seed in (1, 2))

    return parts


CORPORA: dict[str, tuple[str, Callable[[], Iterator[Part]]]] = {
    **{f"shop{size}": ("Chinese shop reviews", shop_reviews(size)) for size in (2_500, 5_000, 10_000, 20_000)},
    "sst2": ("SST-2", published("sst2")),
    "chnsenticorp": ("ChnSentiCorp", published("chnsenticorp")),
    "trec6": ("TREC-6", cut(training("trec6"))),
    "sst5": ("SST-5", cut(training("sst5"))),
    "sms_spam": ("SMS spam", cut(sms_spam)),
}


def evaluator(model: Path, rows: list[Row]) -> list[tuple[float, float]]:
    """Accuracy in per cent and log loss in nats for each of WEIGHTS."""
    import numpy as np

    from lstmcli.classification.calibration import fit_scale, negative_log_likelihood
    from lstmcli.classification.defaults import ngram_weight
    from lstmcli.classification.predict import Classifier
    from lstmcli.model_dir.directory import read_model

    classifier = Classifier(model)
    network_NC, ngrams_NC = classifier.ensemble.logits(classifier.encoder.encode([text for _, text in rows]))
    assert ngrams_NC is not None  # the models of this benchmark have n-grams
    gold = np.array([classifier.labels.index(label) for label, _ in rows])
    once_NC = ngrams_NC / ngram_weight(read_model(model).config["data"]["rows"]["train"])
    found = []
    for weight in WEIGHTS:
        z_NC = network_NC + weight * once_NC
        accuracy = float((z_NC.argmax(axis=1) == gold).mean())
        found.append((100 * accuracy, negative_log_likelihood(z_NC, gold, fit_scale(z_NC, gold))))
    return found


def measure(name: str) -> tuple[int, int, list[list[tuple[float, float]]]]:
    """Training and judging rows of a part, and what ``evaluator`` says of each model."""
    title, parts = CORPORA[name]
    found = []
    for seed, train, held in parts():
        with tempfile.TemporaryDirectory() as folder:
            model = Path(folder) / "model"
            source = write_rows(Path(folder) / "train.csv", train)
            run([LSTM, "train", str(source), "-o", str(model), "--seed", str(seed)])
            found.append(evaluator(model, held))
        line: dict[str, Any] = {"corpus": name, "seed": seed, "train_rows": len(train), "rows": len(held)}
        record("ngram_weight", {**line, "weights": WEIGHTS, "accuracy_and_loss": found[-1]})
        print(f"{title}, {len(train):,} rows, seed {seed}: done", file=sys.stderr)
    return len(train), len(held), found


def row(name: str) -> tuple[str, ...]:
    trained, judged, found = measure(name)
    columns = [[run[i] for run in found] for i in range(len(WEIGHTS))]
    cells = [f"{statistics.mean(a for a, _ in c):.2f}, {statistics.mean(loss for _, loss in c):.4f}" for c in columns]
    return (CORPORA[name][0], f"{trained:,}", f"{len(found)} x {judged:,}", *cells)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpora", nargs="*", metavar="CORPUS", help=f"of: {', '.join(CORPORA)} (all)")
    names = parser.parse_args().corpora or list(CORPORA)
    if unknown := set(names) - set(CORPORA):
        parser.error(f"no such corpus: {', '.join(sorted(unknown))}")
    header = ("corpus", "training rows", "judged by", *(f"{weight:g}" for weight in WEIGHTS))
    print(markdown_table(header, [row(name) for name in names]))


if __name__ == "__main__":
    main()
