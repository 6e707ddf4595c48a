"""A scikit-learn classifier: ``LSTMClassifier`` works in ``Pipeline``, ``cross_val_score`` and ``GridSearchCV``.

Shapes: N texts, C classes.  It needs scikit-learn: ``pip install scikit-learn``.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import weakref
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import check_array, check_is_fitted, check_random_state, column_or_1d

from lstmcli.data.label_check import missing_labels
from lstmcli.data.memory import column
from lstmcli.errors import UsageError

if TYPE_CHECKING:
    from sklearn.utils import Tags

    from lstmcli.classification.predict import Classifier

_MODEL_FILES = "model_files"
"""Key in the pickled state: a dict from file name to bytes of the model directory."""


class LSTMClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """An LSTM text classifier with the interface of scikit-learn.

    ``X`` is a column of N texts: a list, an array, or a pandas or polars column.  ``y`` has N classes of any type that
    NumPy can sort, or is a binary matrix [N, C] for several labels per text.  Parameters that are None take the
    defaults of ``lstm train``.  Pickling a fitted estimator includes the files of its model directory.

    Attributes:
        classes_: the sorted classes, [C]; column numbers for a binary matrix.
        model_: the trained ``lstmcli.Classifier``; its ``path`` is the model directory.

    Example:
        >>> from lstmcli.sklearn import LSTMClassifier
        >>> small = LSTMClassifier(epochs=2, hidden=8, embedding=8).fit(texts, labels)
        >>> small.predict(["a lovely and warm room"]).tolist()
        ['positive']
    """

    def __init__(
        self,
        *,
        tokenizer: str | None = None,
        vocab_size: int | None = None,
        cell: str | None = None,
        embedding: int | None = None,
        hidden: int | None = None,
        layers: int | None = None,
        ngrams: int | None = None,
        epochs: int | None = None,
        time: str | float | None = None,
        batch_size: int | None = None,
        learning_rate: float | None = None,
        class_weights: str | None = None,
        valid_fraction: float | None = None,
        options: Mapping[str, Any] | None = None,
        output: str | os.PathLike[str] | None = None,
        random_state: Any = None,
        threads: int | None = None,
        device: str | None = None,
    ) -> None:
        """
        Args:
            tokenizer ... valid_fraction: options of ``lstm train``.
            options: further options of ``lstm train`` by name.
            output: the model directory, replaced by each ``fit``; None: a temporary one that goes with the estimator.
            random_state: seed; None: that of ``lstm train``, so that two fits are equal.
            threads: None uses all cores.
            device: cpu, cuda or auto.
        """
        self.tokenizer = tokenizer
        self.vocab_size = vocab_size
        self.cell = cell
        self.embedding = embedding
        self.hidden = hidden
        self.layers = layers
        self.ngrams = ngrams
        self.epochs = epochs
        self.time = time
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.class_weights = class_weights
        self.valid_fraction = valid_fraction
        self.options = options
        self.output = output
        self.random_state = random_state
        self.threads = threads
        self.device = device

    def fit(self, X: Any, y: Any) -> LSTMClassifier:
        """Train on N texts and their classes.

        Raises:
            DataError: ``X`` is not a column of texts, or ``y`` has another length.
            UsageError: an option is unknown or invalid.
            ValueError: ``y`` is missing, or continuous as in regression.
        """
        from lstmcli.api import train

        if y is None:
            raise ValueError(f"{type(self).__name__} requires y to be passed, but the target y is None")
        texts = column(X, "X")
        self._label_names, labels = self._encode(y)
        place = Path(tempfile.mkdtemp(prefix="lstm-")) if self.output is None else Path(self.output)
        target = place / "model" if self.output is None else place
        try:
            self.model_: Classifier = train((texts, labels), output=target, force=True, **self._train_options())
        except BaseException:
            if self.output is None:
                shutil.rmtree(place, ignore_errors=True)
            raise
        if self.output is None:
            self._delete_with_model(place)
        return self

    def predict(self, X: Any) -> NDArray[Any]:
        """The class of each text, [N], or a binary matrix [N, C] if ``y`` was one."""
        proba_NC = self.predict_proba(X)
        if self.model_.multilabel:
            least_C = np.ones(len(self._label_names))
            least_C[[self._label_names.index(label) for label in self.model_.labels]] = self.model_.thresholds
            return (proba_NC >= least_C).astype(int)
        best_N = proba_NC.argmax(axis=1)
        if self._binary_matrix:
            return np.asarray(np.eye(len(self.classes_), dtype=int)[best_N])
        return np.asarray(self.classes_[best_N])

    def predict_proba(self, X: Any) -> NDArray[np.float64]:
        """The probability of each class, [N, C], in the order of ``classes_``."""
        check_is_fitted(self, "model_")
        found_NC = self.model_.predict_proba(X)
        columns = [self._label_names.index(label) for label in self.model_.labels]
        proba_NC = np.zeros((len(found_NC), len(self._label_names)))
        proba_NC[:, columns] = found_NC
        return proba_NC

    def _encode(self, y: Any) -> tuple[list[str], list[Any]]:
        """Set ``classes_``; return a label per class, and the label or labels of each row."""
        check_classification_targets(y)
        self._binary_matrix = type_of_target(y) == "multilabel-indicator"
        if self._binary_matrix:
            y_NC = check_array(y, accept_sparse=True)
            y_NC = y_NC.toarray() if hasattr(y_NC, "toarray") else y_NC
            self.classes_: NDArray[Any] = np.arange(y_NC.shape[1])
            names = [str(number) for number in self.classes_]
            return names, [[names[c] for c in np.flatnonzero(row_C)] for row_C in y_NC]
        self.classes_, numbers_N = np.unique(column_or_1d(y, warn=True), return_inverse=True)
        names = _names(self.classes_)
        return names, [names[number] for number in numbers_N]

    def _train_options(self) -> dict[str, Any]:
        parameters = self.get_params(deep=False)
        named = {name: parameters[name] for name in parameters if name not in ("options", "output", "random_state")}
        given = {name: value for name, value in named.items() if value is not None}
        if twice := sorted(given.keys() & (self.options or {}).keys()):
            raise UsageError(f"options repeats the parameter {twice[0]!r}", hint="give it once")
        if self.random_state is not None:
            seed = self.random_state
            if not isinstance(seed, (int, np.integer)):
                seed = check_random_state(seed).randint(np.iinfo(np.int32).max)
            given["seed"] = int(seed)
        return {**given, **(self.options or {}), "task": "classify"}

    def _delete_with_model(self, place: Path) -> None:
        """Delete the temporary directory when its model is garbage-collected."""
        weakref.finalize(self.model_, shutil.rmtree, place, ignore_errors=True)

    def __getstate__(self) -> dict[str, Any]:
        state: dict[str, Any] = dict(super().__getstate__())
        model = state.pop("model_", None)
        if model is not None:
            state[_MODEL_FILES] = {path.name: path.read_bytes() for path in model.path.iterdir() if path.is_file()}
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        from lstmcli.classification.predict import Classifier

        state = dict(state)
        files = state.pop(_MODEL_FILES, None)
        super().__setstate__(state)
        if files is not None:
            place = Path(tempfile.mkdtemp(prefix="lstm-"))
            (place / "model").mkdir()
            for name, data in files.items():
                (place / "model" / Path(name).name).write_bytes(data)
            self.model_ = Classifier(place / "model", threads=self.threads, device=self.device or "auto")
            self._delete_with_model(place)

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False
        tags.input_tags.one_d_array = True
        tags.input_tags.string = True
        tags.classifier_tags.multi_label = True
        tags.target_tags.multi_output = False
        return tags


def _names(classes: NDArray[Any]) -> list[str]:
    """A label per class: the class as text, or ``class NUMBER`` if the text would not be read back unchanged."""
    names = [str(value) for value in classes.tolist()]
    plain = all(name and name == name.strip() for name in names) and len(set(names)) == len(names)
    if plain and not missing_labels(Counter(names)):
        return names
    width = len(str(len(names)))
    return [f"class {number:0{width}}" for number in range(len(names))]
