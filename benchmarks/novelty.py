"""How well ``lstm classify --novelty`` tells texts of classes that were held out from texts of known classes.

A quarter of the labels of each set is drawn and left out of training (at most ``--rows`` rows); the test rows of the
other labels should look known, those of the labels left out new.  Area under the ROC curve of the novelty, beside that
of the largest probability.  ``share`` is that of known test texts with a novelty above 0.95: it should be 5 %.

    python benchmarks/novelty.py                               five sets, three draws of the labels
    python benchmarks/novelty.py trec6 --draws 1 --options "--epochs 3 --hidden 16"   a try-out

Result: a JSON line a run in runs/benchmarks/novelty.jsonl; the table for RESULTS.md goes to stdout.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import tempfile
from pathlib import Path

from common import LSTM, Row, markdown_table, record, run, write_rows
from experts import read_set, thinned

SETS = ("trec6", "trec50", "thucnews_titles", "ag_news", "20newsgroups")


def area(known: list[float], new: list[float]) -> float:
    """Area under the ROC curve: how often a new text has a higher value than a known one, in per cent."""
    from sklearn.metrics import roc_auc_score

    return 100 * float(roc_auc_score([0] * len(known) + [1] * len(new), known + new))


def judged(model: Path, rows: list[Row], folder: Path) -> tuple[list[float], list[float]]:
    """Novelty, and one minus the largest probability, of each row."""
    source = write_rows(folder / "judged.csv", rows)
    command = [LSTM, "classify", "-m", str(model), str(source), "--novelty", "--format", "jsonl", "--top", "1", "-q"]
    found = [json.loads(line) for line in run(command).stdout.splitlines()]
    return [row["novelty"] for row in found], [1 - row["probability"] for row in found]


def measure(name: str, draw: int, rows: int, options: list[str], folder: Path) -> dict[str, float]:
    train, test = read_set(name, folder)
    labels = sorted({label for label, _ in train})
    out = set(random.Random(100 + draw).sample(labels, max(1, len(labels) // 4)))
    known = thinned([row for row in train if row[0] not in out], rows, draw)
    names = {label for label, _ in known}
    source, model = write_rows(folder / "train.csv", known), folder / "model"
    run([LSTM, "train", str(source), "-o", str(model), "--force", "-q", "--seed", str(draw), *options])
    inside = judged(model, [row for row in test if row[0] in names][:2000], folder)
    outside = judged(model, [row for row in test if row[0] in out][:2000], folder)
    return {
        "novelty": area(inside[0], outside[0]),
        "probability": area(inside[1], outside[1]),
        "share": 100 * sum(value > 0.95 for value in inside[0]) / len(inside[0]),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sets", nargs="*", metavar="SET", help=", ".join(SETS))
    parser.add_argument("--draws", type=int, default=3)
    parser.add_argument("--rows", type=int, default=6000)
    parser.add_argument("--options", default="", help="further options of lstm train")
    args = parser.parse_args()
    table = []
    with tempfile.TemporaryDirectory() as folder:
        for name in args.sets or SETS:
            found = []
            for draw in range(1, args.draws + 1):
                found.append(measure(name, draw, args.rows, args.options.split(), Path(folder)))
                record("novelty", {"set": name, "draw": draw, "options": args.options, **found[-1]})
            means = [statistics.mean(result[key] for result in found) for key in ("novelty", "probability", "share")]
            table.append((name, *(f"{value:.1f}" for value in means)))
            print(table[-1], flush=True)
    print(markdown_table(("set", "novelty", "largest probability", "known texts above 0.95"), table))


if __name__ == "__main__":
    main()
