"""The graphs that are written without the onnx package, read by it."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from onnx import helper, numpy_helper

from lstmcli.engine import protobuf
from lstmcli.engine.protobuf import Message
from lstmcli.errors import ModelError

INT64 = st.integers(-(2**63), 2**63 - 1)


@pytest.mark.parametrize("dtype", ["float32", "float16", "int8", "int32", "int64", "bool"])
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 0, 4), (2, 3, 4)])
def test_tensors_are_those_of_onnx(dtype: str, shape: tuple[int, ...]) -> None:
    array = (np.random.default_rng(1).normal(size=shape) * 50).astype(dtype)
    found = onnx.TensorProto.FromString(protobuf.tensor("weight", array).serialise())
    assert found == numpy_helper.from_array(array, "weight")


def test_a_transposed_array_is_written_in_its_own_order() -> None:
    array = np.arange(6, dtype=np.float32).reshape(2, 3).T
    found = onnx.TensorProto.FromString(protobuf.tensor("weight", array).serialise())
    assert (numpy_helper.to_array(found) == array).all()


@given(st.text(), st.lists(st.one_of(st.none(), st.text(), INT64)))
def test_values_are_those_of_onnx(name: str, shape: list[Any]) -> None:
    found = onnx.ValueInfoProto.FromString(protobuf.value_info(name, protobuf.FLOAT, shape).serialise())
    assert found == helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, shape)


@given(
    st.lists(st.text(max_size=300)),
    st.lists(st.text(), min_size=1),
    st.sampled_from(["", "com.microsoft"]),
    st.dictionaries(st.text(min_size=1), st.one_of(INT64, st.text(), st.lists(INT64, min_size=1))),
)
def test_nodes_are_those_of_onnx(
    inputs: list[str], outputs: list[str], domain: str, attributes: dict[str, Any]
) -> None:
    found = onnx.NodeProto.FromString(protobuf.node("Op", inputs, outputs, domain, attributes).serialise())
    whole = helper.make_node("Op", inputs, outputs, domain=domain or None)
    whole.attribute.extend(helper.make_attribute(name, value) for name, value in attributes.items())
    assert found == whole


def test_a_graph_inside_a_graph_is_that_of_onnx() -> None:
    inner = protobuf.graph("inner", [protobuf.node("Identity", ["x"], ["y"], "", {})], [], [])
    found = onnx.NodeProto.FromString(protobuf.node("If", ["c"], ["z"], "", {"then_branch": inner}).serialise())
    expected = helper.make_graph([helper.make_node("Identity", ["x"], ["y"])], "inner", [], [])
    assert found == helper.make_node("If", ["c"], ["z"], then_branch=expected)


def test_more_than_a_protocol_buffer_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protobuf, "MAX_BYTES", 10)
    with pytest.raises(ModelError, match="2 GB at most"):
        Message().data(1, bytes(20)).serialise()
