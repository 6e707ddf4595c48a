"""How well ``lstm train --check-labels`` finds wrong labels: 5 % of the labels of each set are flipped at random.

Precision is that of the first suspects, as many as labels were flipped.  The peer in the same run is cleanlab with
five-fold probabilities of TF-IDF (words and pairs, characters in words from 2 to 5) and logistic regression, ranked by
its label quality scores.  Rows that were wrong before the flip count as errors of both.

    python benchmarks/label_errors.py                          needs cleanlab; a few minutes
    python benchmarks/label_errors.py trec6 --rows 1000 --without-peer

Result: a JSON line a set in runs/benchmarks/label_errors.jsonl; the table for RESULTS.md goes to stdout.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
from pathlib import Path

from common import LSTM, Row, markdown_table, record, run, write_rows
from experts import read_set, thinned

SETS = ("sms_spam", "ag_news", "trec6", "chnsenticorp")
SHARE = 0.05


def flipped(rows: list[Row], seed: int) -> tuple[list[Row], set[int]]:
    """Rows with a share of wrong labels, and which."""
    draw = random.Random(seed)
    labels = sorted({label for label, _ in rows})
    wrong = set(draw.sample(range(len(rows)), round(SHARE * len(rows))))
    others = {label: [other for other in labels if other != label] for label in labels}
    return [(draw.choice(others[label]) if n in wrong else label, text) for n, (label, text) in enumerate(rows)], wrong


def ours(rows: list[Row], folder: Path) -> tuple[list[int], float]:
    """The indices of the suspects, the surest first, and seconds."""
    # A suspect names its line; rows of one line each make that the index.
    source = write_rows(folder / "rows.csv", [(label, " ".join(text.split())) for label, text in rows])
    done = run([LSTM, "train", str(source), "--check-labels", "--format", "jsonl", "-q"])
    return [json.loads(line)["line"] - 2 for line in done.stdout.splitlines()], done.seconds


def cleanlabs(rows: list[Row]) -> list[int]:
    import numpy as np
    from cleanlab.rank import get_label_quality_scores
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import cross_val_predict
    from sklearn.pipeline import make_pipeline, make_union

    words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, token_pattern=r"[\u3040-\u30ff\u3400-\u9fff]|\w+")
    characters = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), min_df=2, sublinear_tf=True)
    model = make_pipeline(make_union(words, characters), LogisticRegression(C=10, max_iter=1000))
    labels = sorted({label for label, _ in rows})
    gold = np.array([labels.index(label) for label, _ in rows])
    p_NC = cross_val_predict(model, [text for _, text in rows], gold, cv=5, method="predict_proba")
    return [int(n) for n in np.argsort(get_label_quality_scores(gold, p_NC), kind="stable")]


def precision(order: list[int], wrong: set[int]) -> float:
    return 100 * sum(n in wrong for n in order[: len(wrong)]) / len(wrong)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sets", nargs="*", metavar="SET", help=", ".join(SETS))
    parser.add_argument("--rows", type=int, default=0, help="at most so many; 0: all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--without-peer", action="store_true")
    args = parser.parse_args()
    table = []
    with tempfile.TemporaryDirectory() as folder:
        for name in args.sets or SETS:
            rows, wrong = flipped(thinned(read_set(name, Path(folder))[0], args.rows, args.seed), args.seed)
            found, seconds = ours(rows, Path(folder))
            peer = None if args.without_peer else precision(cleanlabs(rows), wrong)
            result = {
                "rows": len(rows),
                "flipped": len(wrong),
                "suspects": len(found),
                "precision": precision(found, wrong),
                "found": 100 * len(wrong.intersection(found)) / len(wrong),
                "cleanlab": peer,
                "seconds": seconds,
            }
            record("label_errors", {"set": name, **result})
            shown = [f"{result[key]:.1f}" for key in ("precision", "found")]
            table.append((name, f"{len(rows):,}", len(wrong), *shown, "" if peer is None else f"{peer:.1f}"))
            print(table[-1], f"{seconds:.0f} s", flush=True)
    print(markdown_table(("set", "rows", "flipped", "precision at that number", "found", "cleanlab"), table))


if __name__ == "__main__":
    main()
