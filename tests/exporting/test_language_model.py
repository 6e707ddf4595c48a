"""A language model's export scores as the model does, in a program that knows nothing of lstm."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from exporting.test_classifier import program
from lstmcli.exporting.write import export
from lstmcli.language_modeling.predict import LanguageModel
from support.lm_models import KINDS, LINES, untrained_lm


@pytest.mark.parametrize("kind", KINDS)
def test_the_program_scores_as_the_model(kind: str, tmp_path: Path) -> None:
    texts = (*filter(str.strip, LINES), "nothing </s> of <unk> kind")
    model = untrained_lm(tmp_path / "model", kind)
    export(model, "onnx", tmp_path / "out")
    found = program(tmp_path / "out", texts, sys.executable, "perplexity.py")
    with LanguageModel(model, threads=1) as lm:
        expected = [lm.perplexity([text]) for text in texts]
    assert [answer["tokens"] for answer in found] == [each.tokens for each in expected]
    np.testing.assert_allclose([answer["nats"] for answer in found], [each.nats for each in expected], rtol=1e-5)


def test_its_document_describes_every_input_and_output(tmp_path: Path) -> None:
    import onnxruntime

    export(untrained_lm(tmp_path / "model"), "onnx", tmp_path / "out")
    session = onnxruntime.InferenceSession(str(tmp_path / "out" / "model.onnx"))
    described = (tmp_path / "out" / "README.md").read_text()
    names = [value.name for value in (*session.get_inputs(), *session.get_outputs())]
    assert len(names) == 16 and all(f"| `{name}` |" in described for name in names)
    assert session.get_modelmeta().custom_metadata_map == {"mode": "lines", "closes_a_line": "0"}
