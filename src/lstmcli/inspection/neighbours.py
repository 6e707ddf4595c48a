"""Nearest neighbours of words: those whose vectors point in the same direction.

Shapes: V tokens of the vocabulary, E embedding.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstmcli.data.memory import records
from lstmcli.errors import UsageError
from lstmcli.inspection.config import NEIGHBOURS
from lstmcli.inspection.results import Neighbour, Neighbours
from lstmcli.inspection.word_vectors import SPECIAL_IDS, WordVectors
from lstmcli.model_dir.directory import ModelDir, read_model, retry_if_replaced
from lstmcli.model_dir.loaded import Model, path_of
from lstmcli.python_names import in_python
from lstmcli.results import Results
from lstmcli.tokenization.ids import UNKNOWN_ID

SPELLINGS = 3
"""Similar spellings that an error names."""
MAX_SHOWN = 60
"""Characters of a word that an error quotes."""
MAX_PIECES = 8
"""Tokens of a word that an error names."""


class Vocabulary:
    """The vectors of a model, ready to be searched.

    Args:
        path: the model directory.
        side: source or target, for a translator whose sides have vocabularies of their own.

    Raises:
        ModelError: the model is missing, damaged or too new.
        UsageError: ``side`` does not apply to the model.
    """

    def __init__(self, path: str | Path, side: str | None = None) -> None:
        def load() -> WordVectors:
            model = read_model(path)
            vectors_of: Callable[[ModelDir, str | None], WordVectors] = model.task.feature("word vectors")
            return vectors_of(model, side)

        self._words, vectors_VE, self._ids_of = retry_if_replaced(path, load)
        length_V = np.linalg.norm(vectors_VE, axis=1)
        self._usable_V: NDArray[np.bool_] = (length_V > 0) & np.isfinite(length_V)
        self._usable_V &= np.array([bool(word) for word in self._words])
        self._usable_V[:SPECIAL_IDS] = False
        self._unit_VE = vectors_VE / np.where(length_V > 0, length_V, 1)[:, None]

    def neighbours(self, word: str, top: int = NEIGHBOURS) -> Neighbours:
        """The ``top`` nearest neighbours of a word, the nearest first.

        Raises:
            UsageError: the word is unknown, or several tokens of the model.
        """
        found = self._find(word)
        similarity_V = self._unit_VE @ self._unit_VE[found]
        similarity_V[~self._usable_V] = -np.inf
        # Some tokens differ only in the space before them: of each word the nearest is taken.
        nearest: dict[str, float] = {}
        for i in np.argsort(-similarity_V, kind="stable"):
            if len(nearest) == top or not self._usable_V[i]:
                break
            if self._words[i] != self._words[found]:
                nearest.setdefault(self._words[i], float(similarity_V[i]))
        return Neighbours(word, tuple(Neighbour(name, value) for name, value in nearest.items()))

    def _find(self, word: str) -> int:
        """The id of a word."""
        ids = self._ids_of(word.strip()) if word.strip() else []
        shown = repr(word if len(word) <= MAX_SHOWN else f"{word[:MAX_SHOWN]}…")
        if len(ids) == 1 and ids[0] != UNKNOWN_ID:
            if not self._usable_V[ids[0]]:
                raise UsageError(f"{shown} has no vector in this model")
            return ids[0]
        if not ids:
            raise UsageError(f"{shown} is not a word", hint="give a word of the model's vocabulary")
        if UNKNOWN_ID in ids:
            near = self.spellings(word)
            hint = f"words spelled like it: {', '.join(near)}" if near else "no word of it is spelled like this"
            raise UsageError(f"{shown} is not in the vocabulary of this model", hint=hint)
        pieces = " ".join(self._words[i] for i in ids[:MAX_PIECES]) + (" …" if len(ids) > MAX_PIECES else "")
        message = f"{shown} is {len(ids)} tokens of this model: {pieces}"
        raise UsageError(message, hint="only single tokens have a vector: give one of them")

    def spellings(self, word: str) -> list[str]:
        """Words of the vocabulary that are spelled like ``word``."""
        word = word[:MAX_SHOWN].strip().lower()
        spelled: dict[str, str] = {}
        for i in np.flatnonzero(self._usable_V):
            if abs(len(self._words[i]) - len(word)) <= 2:
                spelled.setdefault(self._words[i].lower(), self._words[i])
        return [spelled[name] for name in difflib.get_close_matches(word, spelled, SPELLINGS, 0.6)]


@in_python()
def neighbours(
    model: Model | str | os.PathLike[str], words: Any, *, top: int = NEIGHBOURS, side: str | None = None
) -> Results[Neighbours]:
    """The nearest neighbours of words: those whose vectors point in the same direction.

    Args:
        words: a word or several; each must be a token of the model's vocabulary.
        top: number of neighbours of each word.
        side: source or target, for a translator whose sides have vocabularies of their own; None: target.

    Returns:
        One result per word; ``to_pandas`` gives a row per neighbour.

    Raises:
        UsageError: a word is unknown or several tokens; the hint names words that are spelled like it.
        ModelError: the model is missing or damaged.

    Example:
        >>> (found,) = lstm.neighbours(model, "lovely", top=3)
        >>> len(found.neighbours)
        3
    """
    if top < 1:
        raise UsageError(f"top must be at least 1, not {top}")
    vocabulary = Vocabulary(path_of(model), side)
    given = records([words] if isinstance(words, str) else words)
    return Results(vocabulary.neighbours(each.text, top) for each in given)
