"""A strong teacher taught to a model under 2 MB: how many points are lost.

Half of the training rows keep their labels; the texts of the other half are texts without labels.  The teacher learns
from the labelled half: the mean of TF-IDF with logistic regression, TF-IDF with a linear SVC (Platt scaling in three
folds), and --teachers models of ours with default options.  It answers the texts without labels, and with --own the
labelled texts too, out of fold.  The student learns from labels and answers, and, for comparison, from labels alone.

    python benchmarks/teacher.py trec6 sst2 --seeds 2 --teachers 1
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from common import LSTM, Row, markdown_table, record, run, write_rows
from experts import read_set

STUDENT = ("--size", "2M")
FOLDS = 2


def linear(train: list[Row], texts: list[str]) -> tuple[list[str], Any]:
    """Labels, and the mean probabilities of two linear models on TF-IDF: words 1-2, characters in words 2-5."""
    from sklearn.calibration import CalibratedClassifierCV
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_union
    from sklearn.svm import LinearSVC

    words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)
    inside = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True)
    features = make_union(words, inside)
    labels, X = [label for label, _ in train], features.fit_transform([text for _, text in train])
    asked = features.transform(texts)
    models = LogisticRegression(C=10, max_iter=300), CalibratedClassifierCV(LinearSVC(C=0.5), cv=3)
    found = [model.fit(X, labels) for model in models]
    return list(found[0].classes_), np.mean([model.predict_proba(asked) for model in found], axis=0)


def ours(folder: Path, train: list[Row], texts: list[str], seed: int) -> tuple[list[str], Any]:
    """The same of a model of ours."""
    source, model, asked = folder / "fold.csv", folder / "fold-model", folder / "asked.csv"
    write_rows(source, train)
    write_rows(asked, [("", text) for text in texts])
    run([LSTM, "train", str(source), "-o", str(model), "--force", "--seed", str(seed), "--threads", "1"])
    answers = run([LSTM, "classify", str(asked), "-m", str(model), "--format", "jsonl", "--text-column", "text"]).stdout
    found = [json.loads(line)["probabilities"] for line in answers.splitlines()]
    labels = sorted(found[0])
    return labels, np.array([[row[label] for label in labels] for row in found])


def accuracy(answered: tuple[list[str], Any], rows: list[Row]) -> float:
    labels, p_NC = answered
    return 100 * float(np.mean([labels[best] == label for best, (label, _) in zip(p_NC.argmax(1), rows, strict=True)]))


def mean(parts: list[tuple[list[str], Any]]) -> tuple[list[str], Any]:
    assert all(labels == parts[0][0] for labels, _ in parts)
    return parts[0][0], np.mean([p for _, p in parts], axis=0)


def teach(folder: Path, train: list[Row], texts: list[str], teachers: int) -> tuple[list[str], Any]:
    """The teacher's answers."""
    return mean([linear(train, texts), *(ours(folder, train, texts, seed + 1) for seed in range(teachers))])


def write_answers(file: Path, texts: list[str], answered: tuple[list[str], Any]) -> None:
    """Add answers to a file, as ``--teacher`` reads them."""
    labels, p_NC = answered
    with file.open("a", encoding="utf-8") as out:
        for text, p_C in zip(texts, p_NC, strict=True):
            row = {"text": text, "probabilities": dict(zip(labels, p_C.tolist(), strict=True))}
            out.write(json.dumps(row, ensure_ascii=False) + "\n")


def answer_out_of_fold(file: Path, train: list[Row], teachers: int) -> None:
    for fold in range(FOLDS):
        others = [row for n, row in enumerate(train) if n % FOLDS != fold]
        texts = [text for n, (_, text) in enumerate(train) if n % FOLDS == fold]
        write_answers(file, texts, teach(file.parent, others, texts, teachers))


def student(folder: Path, source: Path, test: Path, seed: int, *more: str) -> tuple[float, int]:
    """Accuracy on the test file, and bytes of the model."""
    command = [LSTM, "train", str(source), "--test", str(test), "-o", str(folder / "student"), "--force", *STUDENT]
    found = json.loads(run([*command, "--seed", str(seed), "--threads", "1", "--format", "json", *more]).stdout)
    return 100 * found["test"]["accuracy"], found["bytes"]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("sets", nargs="+")
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--teachers", type=int, default=1)
    parser.add_argument("--own", action="store_true", help="the teacher answers the labelled texts too, out of fold")
    given, more = parser.parse_known_args()
    lines = []
    for name in given.sets:
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place)
            rows, test = read_set(name, folder)
            random.Random(0).shuffle(rows)
            train, others, texts = rows[::2], [text for _, text in rows[1::2]], [text for _, text in test]
            source, held = write_rows(folder / "train.csv", train), write_rows(folder / "test.csv", test)
            labels, p_NC = teach(folder, train, [*texts, *others], given.teachers)
            teacher = accuracy((labels, p_NC[: len(texts)]), test)
            answers = folder / "answers.jsonl"
            write_answers(answers, others, (labels, p_NC[len(texts) :]))
            if given.own:
                answer_out_of_fold(answers, train, given.teachers)
            seeds = range(1, given.seeds + 1)
            alone = [student(folder, source, held, seed) for seed in seeds]
            taught = [student(folder, source, held, seed, "--teacher", str(answers), *more) for seed in seeds]
        figures = {"set": name, "teacher": teacher, "alone": [a for a, _ in alone], "taught": [a for a, _ in taught]}
        record("teacher", {**figures, "own": given.own, "more": more, "bytes": taught[0][1]})
        shown = [f"{np.mean(part):.2f} ± {np.std(part):.2f}" for part in (figures["alone"], figures["taught"])]
        lost = teacher - float(np.mean(figures["taught"]))
        lines.append((name, f"{teacher:.2f}", *shown, f"{lost:+.2f}", f"{taught[0][1] / 1e6:.2f} MB"))
    print(markdown_table(("set", "teacher", "student of labels", "student of teacher", "lost", "size"), lines))


if __name__ == "__main__":
    main()
