"""The scikit-learn classifier: scikit-learn's own checks, its tools around it, pickles, classes of any type."""

from __future__ import annotations

import copy
import pickle
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils.estimator_checks import check_estimator
from sklearn.utils.validation import check_is_fitted, validate_data

from lstmcli.errors import DataError, LstmError, UsageError
from lstmcli.sklearn import LSTMClassifier
from support import reviews

SMALL: dict[str, Any] = {"epochs": 1, "hidden": 4, "embedding": 4, "threads": 1}
NOT_PASSED = {
    "check_classifiers_one_label": "a single class is refused: there is nothing to tell apart",
    "check_fit2d_1sample": "a single text is refused by an LstmError, which is no ValueError",
}
TEXTS, LABELS = (list(each) for each in zip(*reviews.rows(), strict=True))


class OfNumbers(LSTMClassifier):
    """The classifier behind a step that writes rows of numbers as text, as scikit-learn's checks use numbers."""

    def __init__(
        self,
        *,
        epochs: int | None = 1,
        hidden: int | None = 4,
        embedding: int | None = 4,
        threads: int | None = 1,
    ) -> None:
        super().__init__(epochs=epochs, hidden=hidden, embedding=embedding, threads=threads)

    def fit(self, X: Any, y: Any) -> LSTMClassifier:
        if y is None:
            return super().fit([], None)
        X, y = validate_data(self, X, y)
        return super().fit(written(X), y)

    def predict_proba(self, X: Any) -> Any:
        check_is_fitted(self)
        return super().predict_proba(written(validate_data(self, X, reset=False)))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array, tags.input_tags.one_d_array, tags.input_tags.string = True, False, False
        tags.classifier_tags.multi_label = False
        return tags


def written(X: Any) -> list[str]:
    return [" ".join(f"column{place}at{value:.1f}" for place, value in enumerate(row)) for row in X]


@pytest.fixture(scope="module")
def fitted() -> LSTMClassifier:
    return LSTMClassifier(**SMALL).fit(TEXTS, LABELS)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("everything", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_scikit_learns_checks_pass_but_for_those_named(everything: bool) -> None:
    results = check_estimator(OfNumbers(), legacy=everything, on_fail=None, on_skip=None)
    assert len(results) > (40 if everything else 10)
    failed = {result["check_name"] for result in results if result["status"] == "failed"}
    assert failed == (NOT_PASSED.keys() if everything else set())


def test_in_a_pipeline_under_cross_validation_and_in_a_grid_search() -> None:
    lower = FunctionTransformer(lambda texts: [text.lower() for text in texts])
    scores = cross_val_score(make_pipeline(lower, LSTMClassifier(**SMALL)), TEXTS, LABELS, cv=2)
    assert len(scores) == 2 and (scores > 0.5).all()
    search = GridSearchCV(LSTMClassifier(**SMALL), {"hidden": [2, 4]}, cv=2).fit(TEXTS, LABELS)
    assert search.best_params_["hidden"] in (2, 4) and search.predict(TEXTS[:2]).shape == (2,)


def test_it_answers_as_the_model_it_holds(fitted: LSTMClassifier) -> None:
    assert fitted.classes_.tolist() == list(fitted.model_.labels)
    np.testing.assert_array_equal(fitted.predict_proba(TEXTS), fitted.model_.predict_proba(TEXTS))
    assert fitted.predict(TEXTS).tolist() == fitted.model_.predict(TEXTS)
    assert fitted.predict_proba([]).shape == (0, len(fitted.classes_))


def test_a_copy_answers_the_same_when_the_original_is_gone() -> None:
    original = LSTMClassifier(**SMALL).fit(TEXTS, LABELS)
    expected, place = original.predict_proba(TEXTS), original.model_.path
    copies = [pickle.loads(pickle.dumps(original)), copy.deepcopy(original)]
    del original
    assert not place.exists(), "the temporary directory goes with its model"
    for found in copies:
        np.testing.assert_array_equal(found.predict_proba(TEXTS), expected)


def test_another_process_reads_the_pickle(tmp_path: Path, fitted: LSTMClassifier) -> None:
    (tmp_path / "it").write_bytes(pickle.dumps(fitted))
    program = "import pickle, sys; print(pickle.load(open(sys.argv[1], 'rb')).predict(sys.argv[2:])[0])"
    command = [sys.executable, "-c", program, str(tmp_path / "it"), TEXTS[0]]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout.strip() == fitted.predict(TEXTS[:1])[0]


def test_parameters_are_options_of_training(tmp_path: Path) -> None:
    settings = LSTMClassifier(options={"label_smoothing": 0.1}, output=tmp_path / "m", random_state=7, **SMALL)
    assert clone(settings).get_params() == settings.get_params()
    config = settings.fit(TEXTS, LABELS).model_.directory.config
    assert config["classifier"]["train"]["label_smoothing"] == 0.1 and config["classifier"]["train"]["seed"] == 7
    with pytest.raises(UsageError, match="hiden"):
        LSTMClassifier(options={"hiden": 4}, **SMALL).fit(TEXTS, LABELS)
    with pytest.raises(UsageError, match="'hidden'"):
        LSTMClassifier(options={"hidden": 4}, **SMALL).fit(TEXTS, LABELS)
    LSTMClassifier(output=tmp_path / "m", **SMALL).fit(TEXTS, LABELS)
    assert (tmp_path / "m" / "config.json").is_file(), "a directory of one's own stays"


@pytest.mark.parametrize(
    "classes", [(0, 1), (1.0, 2.0), (False, True), ("nan", "null"), ("", " a"), ("1", "1.0"), (-1, 1)], ids=repr
)
def test_classes_of_any_type_come_back(classes: tuple[Any, Any]) -> None:
    values = dict(zip(sorted(set(LABELS)), classes, strict=True))
    y = np.array([values[label] for label in LABELS])
    found = LSTMClassifier(**SMALL).fit(TEXTS, y)
    assert found.classes_.tolist() == sorted(classes) and found.classes_.dtype == y.dtype
    assert found.predict(TEXTS).dtype == y.dtype and found.score(TEXTS, y) > 0.5


def test_a_binary_matrix_is_several_labels() -> None:
    positive = np.array([label == max(LABELS) for label in LABELS])
    Y = np.stack([positive, ~positive, np.zeros(len(LABELS), bool)], axis=1).astype(int)
    one = LSTMClassifier(**SMALL).fit(TEXTS, Y)
    proba_NC = one.predict_proba(TEXTS)
    assert one.classes_.tolist() == [0, 1, 2] and proba_NC.shape == Y.shape and not proba_NC[:, 2].any()
    np.testing.assert_array_equal(one.predict(TEXTS).argmax(axis=1), proba_NC.argmax(axis=1))
    Y[::7, :2] = 1
    several = LSTMClassifier(**SMALL).fit(TEXTS, Y)
    assert several.model_.multilabel
    least_C = [*several.model_.thresholds, 1.0]
    np.testing.assert_array_equal(several.predict(TEXTS), several.predict_proba(TEXTS) >= least_C)


def test_columns_of_pandas(fitted: LSTMClassifier) -> None:
    frame = pd.DataFrame({"text": TEXTS, "label": LABELS})
    found = LSTMClassifier(**SMALL).fit(frame["text"], frame["label"])
    np.testing.assert_array_equal(found.predict_proba(frame["text"]), fitted.predict_proba(TEXTS))


def test_what_does_not_fit_is_refused(fitted: LSTMClassifier) -> None:
    with pytest.raises(NotFittedError):
        LSTMClassifier().predict(TEXTS)
    with pytest.raises(DataError, match="one column"):
        fitted.predict(pd.DataFrame({"text": TEXTS}))
    with pytest.raises(LstmError, match="differ in length"):
        LSTMClassifier(**SMALL).fit(TEXTS, LABELS[:-1])
    with pytest.raises(ValueError, match="continuous"):
        LSTMClassifier(**SMALL).fit(TEXTS, np.linspace(0, 1, len(TEXTS)))


def test_a_failed_fit_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with pytest.raises(LstmError):
        LSTMClassifier(**SMALL).fit(["one"], ["only"])
    assert not list(tmp_path.iterdir())
    shutil.rmtree(tmp_path)
