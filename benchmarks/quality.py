"""Test accuracy with default options only, fastText beside it in the same run.

For each corpus: ``lstm train train.csv`` as a user would type it (with ``-o`` so that runs do not meet), then
``lstm classify --report --format json test.csv``.  Three seeds where a run takes under two minutes.  ``lstm`` cuts
its own validation part off the training file; fastText also gets the corpus's published validation file to choose by.

    python benchmarks/quality.py                  all corpora
    python benchmarks/quality.py sst2 trec6       some of them
    python benchmarks/quality.py --table          the table again, from the results written so far

Results: one JSON line a corpus in runs/benchmarks/quality.jsonl; the table for RESULTS.md goes to stdout.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from common import (
    LSTM,
    RESULTS,
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

SHORT = 120.0
"""Seconds: a run under this is repeated with other seeds."""


@dataclass(frozen=True)
class Corpus:
    """Training and test file, rows to choose fastText's settings by, and the accuracy to beat (%; None: fastText's)."""

    title: str
    goal: float | None
    files: Callable[[Path], tuple[Path, Path]]
    valid: str | None = None


def published(name: str) -> Callable[[Path], tuple[Path, Path]]:
    return lambda workdir: (corpus_file(f"{name}/train.csv"), corpus_file(f"{name}/test.csv"))


def ag_news(workdir: Path) -> tuple[Path, Path]:
    return ag_news_train(workdir), corpus_file("ag_news/test.csv")


def sms_spam(workdir: Path) -> tuple[Path, Path]:
    """No published split: four fifths to train on, one fifth to test, of each class."""
    train, test = stratified_cut(read_rows(corpus_file("sms_spam/all.csv")), 0.2, seed=1)
    return write_rows(workdir / "sms_train.csv", train), write_rows(workdir / "sms_test.csv", test)


CORPORA = {
    "sst2": Corpus("SST-2", 83.5, published("sst2"), "sst2/valid.csv"),
    "trec6": Corpus("TREC-6", 90.0, published("trec6")),
    "thucnews_titles": Corpus("THUCNews titles", 91.2, published("thucnews_titles"), "thucnews_titles/valid.csv"),
    "ag_news": Corpus("AG News", 91.2, ag_news),
    "chnsenticorp": Corpus("ChnSentiCorp", 93.5, published("chnsenticorp"), "chnsenticorp/valid.csv"),
    "imdb": Corpus("IMDB", 92.0, published("imdb")),
    "sms_spam": Corpus("SMS spam", None, sms_spam),
}


def ours(train: Path, test: Path, workdir: Path, extra: list[str]) -> list[dict[str, Any]]:
    """A run per seed: accuracy, calibration error, seconds of both commands, bytes of the model directory."""
    runs: list[dict[str, Any]] = []
    for seed in (1, 2, 3):
        model = workdir / f"model-{seed}"
        # Seed 1 is the default: that run has no option but where to write.
        seeding = [] if seed == 1 else ["--seed", str(seed)]
        trained = run([LSTM, "train", str(train), "-o", str(model), *seeding, *extra])
        classified = run([LSTM, "classify", "--report", "--format", "json", "-m", str(model), str(test)])
        report = json.loads(classified.stdout)
        runs.append(
            {
                "seed": seed,
                "accuracy": report["accuracy"],
                "macro_f1": report["macro_f1"],
                "ece": report["ece"],
                "train_seconds": trained.seconds,
                "classify_seconds": classified.seconds,
                "bytes": sum(f.stat().st_size for f in model.rglob("*") if f.is_file()),
            }
        )
        print(f"  seed {seed}: {report['accuracy']:.4f} after {trained.seconds:.0f} s", file=sys.stderr)
        if trained.seconds > SHORT:
            break
    return runs


def measure(name: str, extra: list[str]) -> dict[str, Any]:
    from fasttext_peer import compare_settings

    corpus = CORPORA[name]
    print(corpus.title, file=sys.stderr)
    with tempfile.TemporaryDirectory() as folder:
        train, test = corpus.files(Path(folder))
        train_rows, test_rows = read_rows(train), read_rows(test)
        valid_rows: list[Row] = read_rows(corpus_file(corpus.valid)) if corpus.valid else []
        peer = compare_settings(train_rows, test_rows, valid_rows)
        print(f"  fastText: {peer['chosen']['test']:.4f}, at best {peer['best']['test']:.4f}", file=sys.stderr)
        return {
            "corpus": name,
            "options": extra,
            "train_rows": len(train_rows),
            "test_rows": len(test_rows),
            "ours": ours(train, test, Path(folder), extra),
            "fasttext": peer,
        }


def table(results: list[dict[str, Any]]) -> str:
    rows = []
    for result in results:
        corpus = CORPORA[result["corpus"]]
        runs, peer = result["ours"], result["fasttext"]
        each = [100 * r["accuracy"] for r in runs]
        best = 100 * peer["best"]["test"]
        goal = best if corpus.goal is None else corpus.goal
        mean = statistics.mean(each)
        rows.append(
            (
                corpus.title,
                f"{result['train_rows']:,} / {result['test_rows']:,}",
                f"**{mean:.2f}**",
                ", ".join(f"{a:.2f}" for a in each),
                f"{goal:.1f}: {'yes' if mean > goal else 'no'}",
                f"{100 * peer['chosen']['test']:.2f}",
                f"{best:.2f}",
                f"{100 * statistics.mean(r['ece'] for r in runs):.1f}",
                f"{statistics.median(r['train_seconds'] for r in runs):.0f} s",
                f"{peer['chosen']['seconds']:.1f} s",
                f"{runs[0]['bytes'] / 1e6:.1f} MB",
                f"{peer['chosen']['bytes'] / 1e6:.1f} MB",
            )
        )
    header = (
        "corpus", "rows: train / test", "`lstm`, mean", "seeds", "above", "fastText, chosen", "fastText, best",
        "calibration error", "training", "fastText's", "model", "fastText's",
    )  # fmt: skip
    return markdown_table(header, rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpora", nargs="*", metavar="CORPUS", help=f"of: {', '.join(CORPORA)} (all)")
    parser.add_argument("--table", action="store_true", help="run nothing: the last result of each corpus, as a table")
    parser.add_argument("--extra", default="", help="options for lstm train, to try this script out: '--epochs 1'")
    args = parser.parse_args()
    names = args.corpora or list(CORPORA)
    if unknown := set(names) - set(CORPORA):
        parser.error(f"no such corpus: {', '.join(sorted(unknown))}")

    if args.table:
        written = RESULTS / "quality.jsonl"
        lines = written.read_text(encoding="utf-8").splitlines() if written.exists() else []
        last = {line["corpus"]: line for line in map(json.loads, lines) if not line["options"]}
        results = [last[name] for name in names if name in last]
    else:
        results = []
        for name in names:
            results.append(measure(name, args.extra.split()))
            record("quality", results[-1])
    print(table(results))


if __name__ == "__main__":
    main()
