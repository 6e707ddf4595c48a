"""Write ONNX files without the onnx package, whose import would delay the first answer of a model.

It has the messages of https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3 that the graphs use, in the wire format
of https://protobuf.dev/programming-guides/encoding/: a field is a key (number and wire type), then a value.  Tests read
the files with the onnx package.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from lstmcli.errors import ModelError

FLOAT, INT8, INT32, INT64, BOOL, FLOAT16, UINT64 = 1, 3, 6, 7, 9, 10, 13
"""Element types (TensorProto.DataType)."""
_TYPES = {
    "float32": FLOAT,
    "int8": INT8,
    "int32": INT32,
    "int64": INT64,
    "bool": BOOL,
    "float16": FLOAT16,
    "uint64": UINT64,
}
_VARINT, _BYTES = 0, 2
MAX_BYTES = 2**31 - 1
"""Size limit of a protocol buffer."""

Buffer: TypeAlias = "bytes | memoryview"


class Message:
    """A message under construction; values are copied only once, by ``serialise``."""

    def __init__(self) -> None:
        self.parts: list[Buffer] = []
        self.size = 0

    def number(self, field: int, value: int) -> Message:
        return self._add(_varint(field << 3 | _VARINT), _varint(value))

    def data(self, field: int, value: Buffer) -> Message:
        return self._add(_varint(field << 3 | _BYTES), _varint(len(value)), value)

    def text(self, field: int, value: str) -> Message:
        return self.data(field, value.encode())

    def message(self, field: int, value: Message) -> Message:
        return self._add(_varint(field << 3 | _BYTES), _varint(value.size), *value.parts)

    def _add(self, *parts: Buffer) -> Message:
        self.parts += parts
        self.size += sum(map(len, parts))
        return self

    def serialise(self) -> bytes:
        """Raises ModelError above the size limit of a protocol buffer."""
        if self.size > MAX_BYTES:
            raise ModelError(f"an ONNX graph holds 2 GB at most, and this one would be {self.size:,} bytes")
        return b"".join(self.parts)


def _varint(value: int) -> bytes:
    """A varint: 7 bits per byte, lowest first; negative numbers as 64 bits."""
    value &= 2**64 - 1
    found = bytearray()
    while value > 0x7F:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    found.append(value)
    return bytes(found)


def element_type(dtype: np.dtype[Any]) -> int:
    return _TYPES[dtype.name]


def tensor(name: str, array: NDArray[np.generic]) -> Message:
    """TensorProto."""
    message = _described(name, array)
    return message.data(9, np.ascontiguousarray(array).reshape(-1).view(np.uint8).data)


def external_tensor(name: str, array: NDArray[np.generic]) -> Message:
    """TensorProto of an array that is passed to ONNX Runtime separately."""
    message = _described(name, array)
    for key, value in (("location", "beside"), ("offset", "0"), ("length", str(array.nbytes))):
        message.message(13, Message().text(1, key).text(2, value))
    return message.number(14, 1)


def _described(name: str, array: NDArray[np.generic]) -> Message:
    """TensorProto without its values."""
    message = Message()
    for size in array.shape:
        message.number(1, size)
    return message.number(2, element_type(array.dtype)).text(8, name)


def value_info(name: str, kind: int, shape: Sequence[int | str | None]) -> Message:
    """ValueInfoProto: a tensor's element type and shape; a dimension is a number, a name, or None for any size."""
    dimensions = Message()
    for size in shape:
        one = Message()
        if size is not None:
            one = one.text(2, size) if isinstance(size, str) else one.number(1, size)
        dimensions.message(1, one)
    kind_and_shape = Message().number(1, kind).message(2, dimensions)
    return Message().text(1, name).message(2, Message().message(1, kind_and_shape))


def node(
    operator: str, inputs: Sequence[str], outputs: Sequence[str], domain: str, attributes: Mapping[str, Any]
) -> Message:
    """NodeProto; an attribute is an integer, a text, a list of integers, or a graph."""
    message = Message()
    for name in inputs:
        message.text(1, name)
    for name in outputs:
        message.text(2, name)
    message.text(4, operator)
    for name, value in attributes.items():
        message.message(5, _attribute(name, value))
    return message.text(7, domain) if domain else message


def _attribute(name: str, value: Any) -> Message:
    """AttributeProto."""
    message = Message().text(1, name)
    if isinstance(value, Message):
        return message.message(6, value).number(20, 5)
    if isinstance(value, str):
        return message.text(4, value).number(20, 3)
    if isinstance(value, int):
        return message.number(3, value).number(20, 2)
    for item in value:
        message.number(8, item)
    return message.number(20, 7)


def graph(
    name: str,
    nodes: Sequence[Message],
    inputs: Sequence[Message],
    outputs: Sequence[Message],
    constants: Sequence[Message] = (),
) -> Message:
    """GraphProto."""
    message = Message()
    for one in nodes:
        message.message(1, one)
    message.text(2, name)
    for field, messages in ((5, constants), (11, inputs), (12, outputs)):
        for one in messages:
            message.message(field, one)
    return message


def model(
    whole: Message, opsets: Mapping[str, int], metadata: Mapping[str, str], *, ir_version: int, producer: str
) -> Message:
    """ModelProto."""
    message = Message().number(1, ir_version).text(2, producer).message(7, whole)
    for domain, version in opsets.items():
        message.message(8, Message().text(1, domain).number(2, version))
    for key, value in metadata.items():
        message.message(14, Message().text(1, key).text(2, value))
    return message
