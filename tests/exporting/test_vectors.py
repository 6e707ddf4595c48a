"""Word vectors in the text format of word2vec."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from lstmcli.classification.predict import Classifier
from lstmcli.exporting.vectors import vectors_file
from lstmcli.exporting.write import export
from lstmcli.language_modeling.predict import LanguageModel
from lstmcli.model_dir.directory import WEIGHTS
from lstmcli.model_dir.files import tensors
from support.lm_models import untrained_lm
from support.models import untrained_model


def read(text: str) -> dict[str, np.ndarray]:
    """As gensim reads it."""
    first, *lines = text.splitlines()
    count, dimensions = map(int, first.split(" "))
    found = {word: np.array(values, float) for word, *values in (line.split(" ") for line in lines)}
    assert len(found) == len(lines) == count and {len(values) for values in found.values()} == {dimensions}
    return found


def test_a_token_with_white_space_and_a_vector_of_zeros_are_left_out() -> None:
    vectors = np.append(np.arange(10), [0, 0]).astype(np.float32).reshape(6, 2)
    file = vectors_file(["a", "b c", "\u3000", "", "字", "padding"], vectors)
    assert file.data.decode() == "2 2\na 0 1\n字 8 9\n"


def test_a_classifier_has_the_vectors_that_its_network_reads(tmp_path: Path) -> None:
    model = untrained_model(tmp_path / "model")
    export(model, "vectors", tmp_path / "out")
    found = read((tmp_path / "out" / "vectors.txt").read_text())
    with Classifier(model, threads=1) as classifier:
        (ids_TF,) = classifier.encoder.encode(["funny"])
        table = tensors(classifier.directory.read(WEIGHTS))["embedding"]
    np.testing.assert_allclose(found["funny"], table[ids_TF[0]].astype(np.float32).sum(axis=0), rtol=1e-5)


def test_a_language_model_has_its_embedding(tmp_path: Path) -> None:
    model = untrained_lm(tmp_path / "model")
    export(model, "vectors", tmp_path / "out")
    found = read((tmp_path / "out" / "vectors.txt").read_text())
    with LanguageModel(model, threads=1) as lm:
        table = tensors(lm.directory.read(WEIGHTS))["embedding"]
    np.testing.assert_allclose(np.stack(list(found.values())), table, rtol=1e-5)
