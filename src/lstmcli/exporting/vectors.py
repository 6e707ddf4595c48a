"""Word vectors in the text format of word2vec (Mikolov et al. 2013), which gensim and others read.

The first line has the number of words and of dimensions; each other line a word and its vector.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from lstmcli.exporting.write import File
from lstmcli.inspection.config import SIDES
from lstmcli.inspection.word_vectors import WordVectors
from lstmcli.model_dir.directory import ModelDir


def vectors(model: ModelDir) -> list[File]:
    """The vectors of a model's vocabulary."""
    return [vectors_file(*_of(model)[:2])]


def of_both_sides(model: ModelDir) -> list[File]:
    """The vectors of a translator; two files if its sides have vocabularies of their own."""
    if model.settings.tokenizer.joint:
        return vectors(model)
    source, target = (vectors_file(*_of(model, side)[:2]) for side in SIDES)
    return [target, source._replace(name=f"source-{source.name}", about=f"the source's {source.about}")]


def vectors_file(words: Sequence[str], vectors_VE: NDArray[np.float32]) -> File:
    """The vectors of words.

    Tokens with white space, which the format cannot hold, and vectors of zeros, as of padding, are left out.
    """
    holds = np.abs(vectors_VE).max(axis=1, initial=0) > 0
    kept = [i for i, word in enumerate(words) if word and holds[i] and not any(map(str.isspace, word))]
    lines = [f"{len(kept)} {vectors_VE.shape[1]}"]
    lines += [f"{words[i]} {' '.join(f'{x:.6g}' for x in vectors_VE[i].tolist())}" for i in kept]
    about = f"vectors of {len(kept):,} tokens in the text format of word2vec"
    return File("vectors.txt", "\n".join([*lines, ""]).encode("utf-8", "replace"), about)


def _of(model: ModelDir, *side: str) -> WordVectors:
    found: WordVectors = model.task.feature("word vectors")(model, *side)
    return found
