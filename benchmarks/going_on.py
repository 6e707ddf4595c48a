"""Going on with a classifier (``lstm train MORE --from MODEL``), against training on everything and plain fine-tuning.

A model learns the old rows; then it goes on with the new ones: more rows of the same labels, or rows with new labels
beside. Ways: the old model as it is; ``--from`` with ``--replay`` of the old rows; ``--from`` without (the old model
teaches); fine-tuning (the same start, new rows alone, nothing against forgetting); a new model of all rows.  Accuracy
on the test rows with old labels, and on all.

    python benchmarks/going_on.py                                          an hour on one core
    python benchmarks/going_on.py trec6-labels --rows 1500 --epochs 5
    python benchmarks/going_on.py trec6 sst2 --weights 0 0.1 0.2 0.5 --held-back 1200 --rows 1500 --hidden 24

Result: a JSON line a model in runs/benchmarks/going_on.jsonl; the table for RESULTS.md goes to stdout.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple
from unittest import mock

import lstmcli
from common import Row, markdown_table, record, write_rows
from experts import read_set
from lstmcli.classification.going_on.job import GoingOnJob
from lstmcli.classification.train import ClassifierJob


class Case(NamedTuple):
    name: str
    late: int
    """Labels that only the new rows have."""
    old_in_new: float
    """The share of the rows of old labels that comes late."""
    missing: int = 0
    """Old labels that the new rows lack."""


CASES = {
    "trec6": Case("trec6", 0, 0.5),
    "trec6-late": Case("trec6", 0, 0.15),
    "trec6-missing": Case("trec6", 0, 0.5, 2),
    "sst2": Case("sst2", 0, 0.5),
    "trec6-labels": Case("trec6", 2, 0.1),
    "ag_news": Case("ag_news", 0, 0.5),
    "thucnews": Case("thucnews_titles", 2, 0.1),
    "thucnews-only-new": Case("thucnews_titles", 2, 0.0),
}


def divided(rows: list[Row], case: Case, size: int, seed: int) -> tuple[list[Row], list[Row], list[str]]:
    """The old rows, the new ones, and the old labels."""
    draw = random.Random(seed)
    rows = draw.sample(rows, min(size, len(rows)) or len(rows))
    labels = sorted({label for label, _ in rows})
    old_labels = labels[: len(labels) - case.late]
    old, new = list[Row](), list[Row]()
    for row in rows:
        (new if row[0] not in old_labels or draw.random() < case.old_in_new else old).append(row)
    if case.missing:
        new = [row for row in new if row[0] not in old_labels[-case.missing :]]
    return old, new, old_labels


def accuracy(model: Any, rows: list[Row]) -> float:
    answers = model.predict([text for _, text in rows])
    right = sum(bool(answer == label) for answer, (label, _) in zip(answers, rows, strict=True))
    return 100 * right / len(rows)


def ways(old: Path, new: Path, everything: Path, folder: Path, weights: Sequence[float]) -> dict[str, dict[str, Any]]:
    start = {"source": str(new), "from_model": str(folder / "old")}
    if weights:
        taught = {f"taught, weight {weight}": {**start, "teacher_weight": weight} for weight in weights}
        return {"old": {"source": str(old)}, **taught, "everything": {"source": str(everything)}}
    return {
        "old": {"source": str(old)},
        "replay": {**start, "replay": [str(old)]},
        "taught": start,
        "fine-tuned": {**start, "teacher_weight": 0.0},
        "everything": {"source": str(everything)},
    }


def measure(
    name: str, size: int, seed: int, *, weights: Sequence[float], held_back: int, small: int | None, **options: Any
) -> list[dict[str, Any]]:
    case = CASES[name]
    with tempfile.TemporaryDirectory() as place:
        rows, tests = read_set(case.name, Path(place))
    if held_back:
        rows = random.Random(seed).sample(rows, len(rows))
        rows, tests = rows[held_back:], rows[:held_back]
    old, new, old_labels = divided(rows, case, size, seed)
    old_tests = [row for row in tests if row[0] in old_labels]
    results = []
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        files = write_rows(folder / "o.csv", old), write_rows(folder / "n.csv", new)
        for way, how in ways(*files, write_rows(folder / "all.csv", [*old, *new]), folder, weights).items():
            if small is not None and "from_model" not in how:
                how |= {"hidden": small, "embedding": small}
            plain = mock.patch.object(GoingOnJob, "_fit_linear", ClassifierJob._fit_linear)
            begin = time.monotonic()
            if way == "fine-tuned":
                with plain:
                    model = lstmcli.train(output=folder / way, seed=seed, threads=1, **options, **how)
            else:
                model = lstmcli.train(output=folder / way, seed=seed, threads=1, **options, **how)
            found = {"set": name, "seed": seed, "way": way, "old rows": len(old), "new rows": len(new)}
            found |= {"seconds": round(time.monotonic() - begin, 1)}
            found |= {"old labels": accuracy(model, old_tests), "all labels": accuracy(model, tests)}
            results.append(found)
            print(found, flush=True)
    return results


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cases", nargs="*", metavar="CASE", help=", ".join(CASES))
    parser.add_argument("--rows", type=int, default=0, help="at most so many training rows; 0: all")
    parser.add_argument("--seeds", type=int, default=1, help="number of seeds, from 1")
    parser.add_argument("--epochs", type=int, help="of each training; by corpus unless given")
    parser.add_argument("--weights", type=float, nargs="+", default=(), help="compare only what the old model counts")
    parser.add_argument("--held-back", type=int, default=0, help="judge on so many training rows, not on test rows")
    parser.add_argument("--hidden", type=int, help="units and embedding of new models")
    options = parser.parse_args()
    own = {"weights": options.weights, "held_back": options.held_back, "small": options.hidden}
    for name in options.cases or CASES:
        found = [
            each
            for seed in range(1, options.seeds + 1)
            for each in measure(name, options.rows, seed, **own, epochs=options.epochs)
        ]
        for each in found:
            record("going_on", each)
        rows = []
        for way in dict.fromkeys(each["way"] for each in found):
            same = [each for each in found if each["way"] == way]
            mean = {key: sum(each[key] for each in same) / len(same) for key in ("old labels", "all labels", "seconds")}
            rows.append([name, way, f"{mean['old labels']:.2f}", f"{mean['all labels']:.2f}", f"{mean['seconds']:.0f}"])
        print(markdown_table(["set", "way", "old labels", "all labels", "seconds"], rows))


if __name__ == "__main__":
    main()
