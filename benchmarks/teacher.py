"""A strong teacher taught to a model under 2 MB: how many points are lost.

The teacher is the mean of TF-IDF with a linear model and of ours with default options (--teachers models of ours).
It answers the training texts out of fold, so that it has not seen the label that it answers.
The student learns from labels and answers, and, for comparison, from labels alone.

    python benchmarks/teacher.py sst2 trec6 --seeds 3
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from common import LSTM, Row, corpus_file, markdown_table, read_rows, record, run, write_rows

STUDENT = [*("--embedding", "16", "--hidden", "16", "--vocab-size", "6000", "--hash-buckets", "4096")]
STUDENT += ["--ngrams", "1", "--characters", "0"]
FOLDS = 2


def linear(train: list[Row], texts: list[str]) -> tuple[list[str], Any]:
    """Labels, and probabilities of TF-IDF with logistic regression: words 1-2, characters in words 2-5."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline, make_union

    words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)
    inside = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True)
    model = make_pipeline(make_union(words, inside), LogisticRegression(C=10, max_iter=300))
    model.fit([text for _, text in train], [label for label, _ in train])
    return list(model.classes_), model.predict_proba(texts)


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


def answer_out_of_fold(folder: Path, train: list[Row], seeds: int) -> Path:
    """The teachers' answers to the training texts, as ``--teacher`` reads them."""
    file = folder / "answers.jsonl"
    with file.open("w", encoding="utf-8") as out:
        for fold in range(FOLDS):
            others = [row for n, row in enumerate(train) if n % FOLDS != fold]
            texts = [text for n, (_, text) in enumerate(train) if n % FOLDS == fold]
            parts = [linear(others, texts), *(ours(folder, others, texts, seed + 1) for seed in range(seeds))]
            labels, p_NC = mean(parts)
            for text, p_C in zip(texts, p_NC, strict=True):
                row = {"text": text, "probabilities": dict(zip(labels, p_C.tolist(), strict=True))}
                out.write(json.dumps(row, ensure_ascii=False) + "\n")
    return file


def student(folder: Path, source: Path, test: Path, seed: int, *more: str) -> tuple[float, int]:
    """Accuracy on the test file, and bytes of the model."""
    command = [LSTM, "train", str(source), "--test", str(test), "-o", str(folder / "student"), "--force", *STUDENT]
    found = json.loads(run([*command, "--seed", str(seed), "--threads", "1", "--format", "json", *more]).stdout)
    return 100 * found["test"]["accuracy"], found["bytes"]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("sets", nargs="+")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--teachers", type=int, default=1)
    given = parser.parse_args()
    lines = []
    for name in given.sets:
        train, test = read_rows(corpus_file(f"{name}/train.csv")), read_rows(corpus_file(f"{name}/test.csv"))
        with tempfile.TemporaryDirectory() as place:
            folder, texts = Path(place), [text for _, text in test]
            source, held = write_rows(folder / "train.csv", train), write_rows(folder / "test.csv", test)
            whole = [linear(train, texts), *(ours(folder, train, texts, s + 1) for s in range(given.teachers))]
            teacher = accuracy(mean(whole), test)
            answers = answer_out_of_fold(folder, train, given.teachers)
            alone = [student(folder, source, held, seed + 1) for seed in range(given.seeds)]
            taught = [student(folder, source, held, seed + 1, "--teacher", str(answers)) for seed in range(given.seeds)]
        figures = {"set": name, "teacher": teacher, "alone": [a for a, _ in alone], "taught": [a for a, _ in taught]}
        record("teacher", {**figures, "bytes": taught[0][1]})
        shown = [f"{np.mean(part):.2f} ± {np.std(part):.2f}" for part in (figures["alone"], figures["taught"])]
        lost = teacher - float(np.mean(figures["taught"]))
        lines.append((name, f"{teacher:.2f}", *shown, f"{lost:+.2f}", f"{taught[0][1] / 1e6:.2f} MB"))
    print(markdown_table(("set", "teacher", "student of labels", "student of teacher", "lost", "size"), lines))


if __name__ == "__main__":
    main()
