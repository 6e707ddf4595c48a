"""N-grams found by a graph are those that the table finds."""

from __future__ import annotations

import numpy as np
import onnxruntime
from hypothesis import given, settings
from hypothesis import strategies as st

from lstmcli.classification.ngrams.table import NgramTable, ngram_keys
from lstmcli.engine.nodes import Graph
from lstmcli.engine.protobuf import FLOAT, INT64, value_info
from lstmcli.exporting.ngram_nodes import ngram_scores

TEXT = st.lists(st.integers(1, 6), min_size=1, max_size=9)


@settings(max_examples=40)
@given(learned=st.lists(TEXT, max_size=4), read=st.lists(TEXT, min_size=1, max_size=4), order=st.integers(1, 3))
def test_scores_are_those_of_the_table(learned: list[list[int]], read: list[list[int]], order: int) -> None:
    encoded = [np.array(text, np.int32)[:, None] for text in learned]
    keys = np.unique(ngram_keys(encoded, order)[0])
    weights_PC = np.random.default_rng(0).normal(size=(len(keys), 2)).astype(np.float16)
    table = NgramTable(order, keys, weights_PC, np.array([0.5, -1.0], np.float32))
    graph = Graph()
    graph.node("Identity", ngram_scores(graph, table, "tokens"), name="scores")
    inputs, outputs = [value_info("tokens", INT64, ["B", "T"])], [value_info("scores", FLOAT, ["B", 2])]
    session = onnxruntime.InferenceSession(graph.finish("test", inputs, outputs).serialise())
    tokens_BT = np.zeros((len(read), max(map(len, read))), np.int64)
    for row, text in zip(tokens_BT, read, strict=True):
        row[: len(text)] = text
    (found,) = session.run(["scores"], {"tokens": tokens_BT})
    expected = table.scores([np.array(text, np.int32)[:, None] for text in read])
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_a_large_table_is_found_in_whole() -> None:
    random = np.random.default_rng(1)
    text = random.integers(2, 60_000, 50_000).astype(np.int32)
    keys = np.unique(ngram_keys([text[:, None]], 1)[0])
    table = NgramTable(1, keys, np.ones((len(keys), 1), np.float16), np.zeros(1, np.float32))
    graph = Graph()
    graph.node("Identity", ngram_scores(graph, table, "tokens"), name="scores")
    inputs, outputs = [value_info("tokens", INT64, ["B", "T"])], [value_info("scores", FLOAT, ["B", 1])]
    session = onnxruntime.InferenceSession(graph.finish("test", inputs, outputs).serialise())
    (found,) = session.run(["scores"], {"tokens": text[None].astype(np.int64)})
    assert found[0, 0] == len(keys) > 30_000
