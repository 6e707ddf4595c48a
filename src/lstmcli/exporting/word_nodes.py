"""The features of words (``tokenization/features.py``) as nodes of a graph: how they begin, end and are written.

CRC-32 is linear: that of some bytes is the exclusive or of what each contributes, which depends on its value and on the
number of bytes after it, and of that of as many zeros.

Shapes: B texts, N characters of a text, T tokens, A = 2 affixes, K = 4 characters of an affix, U = 4 bytes of UTF-8,
the last one first, M = K * U.
"""

from __future__ import annotations

import zlib

import numpy as np
from numpy.typing import NDArray

from lstmcli.engine.nodes import Graph
from lstmcli.engine.protobuf import INT64
from lstmcli.exporting.text_nodes import END, Words, front
from lstmcli.tokenization import features
from lstmcli.tokenization.features import kinds_of_letters
from lstmcli.tokenization.tokenizer import UNKNOWN

LAST, K = 3, 4
"""Characters of the second affix, and of the first."""
M = 4 * K


def affix_hashes(graph: Graph, words: Words) -> str:
    """The CRC-32 of "<" and the first four characters of each word, and of its last three and ">", [B, T, A]."""
    zero, axis = graph.ints(0), graph.ints(3)
    bytes_BTAKU, after_BTAKU, there_BTAKU, total_BTA = _utf8(graph, _affixes(graph, words))
    following = graph.node("Add", after_BTAKU, graph.constant(np.array([[[0]], [[1]]])))  # ">" is one byte more
    entry = graph.node("Add", graph.node("Mul", following, graph.ints(256)), bytes_BTAKU)
    entry = graph.node("Where", there_BTAKU, entry, zero)
    parts = graph.node("Where", there_BTAKU, graph.node("Gather", graph.constant(_contributions()), entry), zero)
    parts = graph.node("Reshape", parts, graph.ints(0, 0, 0, M))
    for n in range(M.bit_length() - 1):
        right = f"right_half_{n}"
        left = graph.node("Split", parts, axis=3, num_outputs=2, also=[right])
        parts = graph.node("BitwiseXor", left, right)
    of_zeros = graph.node("Gather", graph.constant(_zeros()), graph.node("Add", total_BTA, graph.ints(0, M + 1)))
    hashes_BTA = graph.node("BitwiseXor", graph.node("Squeeze", parts, axis), of_zeros)
    # A text without tokens is the unknown one.
    unknown = [zlib.crc32(affix.encode()) for affix in features.affixes(UNKNOWN)]
    return graph.node("Where", graph.node("Equal", total_BTA, zero), graph.ints(*unknown), hashes_BTA)


def _utf8(graph: Graph, chars_BTAK: str) -> tuple[str, str, str, str]:
    """The bytes of characters, how many follow each, and which are there, [B, T, A, K, U]; their number [B, T, A]."""
    axis = graph.ints(3)
    size_BTAK = graph.ints(0)
    for least in (0, 0x80, 0x800, 0x10000):
        reaches = graph.node("GreaterOrEqual", chars_BTAK, graph.ints(least))
        size_BTAK = graph.node("Add", size_BTAK, graph.node("Cast", reaches, to=INT64))
    after_BTAK = graph.node("CumSum", size_BTAK, axis, exclusive=1, reverse=1)
    chars, sizes, after = (graph.node("Unsqueeze", x, graph.ints(4)) for x in (chars_BTAK, size_BTAK, after_BTAK))
    index_U = graph.ints(0, 1, 2, 3)
    shifted = graph.node("Div", chars, graph.ints(1, 1 << 6, 1 << 12, 1 << 18))
    continued = graph.node("Add", graph.node("Mod", shifted, graph.ints(0x40)), graph.ints(0x80))
    leading = graph.node("Add", shifted, graph.node("Gather", graph.ints(0, 0, 0xC0, 0xE0, 0xF0), sizes))
    is_leading = graph.node("Equal", index_U, graph.node("Sub", sizes, graph.ints(1)))
    return (
        graph.node("Where", is_leading, leading, continued),
        graph.node("Add", after, index_U),
        graph.node("Less", index_U, sizes),
        graph.node("ReduceSum", size_BTAK, axis, keepdims=0),
    )


def _affixes(graph: Graph, words: Words) -> str:
    """The characters of both affixes of each word, ``END`` where there is none, [B, T, A, K]."""
    start_BT11, length_BT11 = (graph.node("Unsqueeze", x, graph.ints(2, 3)) for x in (words.start_BT, words.length_BT))
    end_BT11 = graph.node("Add", start_BT11, length_BT11)
    place_K = graph.ints(*range(K))
    first = graph.node("Add", start_BT11, place_K)
    last = graph.node("Max", graph.node("Sub", end_BT11, graph.ints(LAST)), start_BT11)
    place_BTAK = graph.node("Concat", first, graph.node("Add", last, place_K), axis=2)
    there_BTAK = graph.node("Less", place_BTAK, end_BT11)
    place_BTAK = graph.node("Where", there_BTAK, place_BTAK, graph.ints(0))
    index = graph.node("Unsqueeze", place_BTAK, graph.ints(4))
    chars_BTAK = graph.node("GatherND", words.codes_BN, index, batch_dims=1)
    return graph.node("Where", there_BTAK, chars_BTAK, graph.ints(END))


def _contributions() -> NDArray[np.int64]:
    """What a byte adds to the CRC-32, by the number of bytes after it, up to M, and by its value."""
    sizes, values = range(M + 1), range(256)
    crc_NV = [[zlib.crc32(bytes([value, *bytes(n)])) ^ zlib.crc32(bytes(1 + n)) for value in values] for n in sizes]
    return np.array(crc_NV, np.int64).ravel()


def _zeros() -> NDArray[np.int64]:
    """The CRC-32 of "<" and 0 to M zeros, and that of as many zeros and ">"."""
    zeros = [bytes(n) for n in range(M + 1)]
    return np.array([*(zlib.crc32(b"<" + some) for some in zeros), *(zlib.crc32(some + b">") for some in zeros)])


def spellings(graph: Graph, words: Words) -> str:
    """How each word is written, [B, T]: one of the constants of ``tokenization/features.py``."""
    zero, one = graph.ints(0), graph.ints(1)
    size = features.SCRIPTS_WITH_CASE
    known_BN = graph.node("Min", graph.node("Max", words.codes_BN, zero), graph.ints(size))
    none_BW = graph.node("Mul", graph.node("Pad", words.length_BT, graph.ints(0, 0, 0, 1)), zero)
    tables = [graph.constant(mask.view(np.int8)) for mask in kinds_of_letters(size)]
    written = [graph.node("Cast", graph.node("Gather", table, known_BN), to=INT64) for table in tables]
    upper_BT, lower_BT, digits_BT = (
        front(graph, graph.node("ScatterElements", none_BW, words.word_BN, of_kind_BN, axis=1, reduction="add"))
        for of_kind_BN in written
    )
    is_empty = graph.node("Equal", words.length_BT, zero)
    start_BT = graph.node("Where", is_empty, zero, words.start_BT)
    starts_upper = graph.node("GatherElements", written[0], start_BT, axis=1)

    def equal(x: str, value: str) -> str:
        return graph.node("Equal", x, value)

    def both(x: str, y: str) -> str:
        return graph.node("And", x, y)

    no_upper, no_lower, no_digit = (equal(count_BT, zero) for count_BT in (upper_BT, lower_BT, digits_BT))
    one_upper = equal(upper_BT, one)
    up_to_four = graph.node("Min", words.length_BT, graph.ints(4))
    number = graph.node("Add", up_to_four, graph.ints(features.DIGITS - 1))
    plain = both(no_upper, graph.node("Or", graph.node("Not", no_lower), no_digit))
    found = graph.ints(features.MIXED)
    for condition, kind in (
        (both(equal(starts_upper, one), one_upper), graph.ints(features.TITLE)),
        (no_lower, graph.ints(features.CAPITALS)),
        (both(equal(words.length_BT, one), one_upper), graph.ints(features.INITIAL)),
        (graph.node("Not", no_digit), graph.ints(features.CODE)),
        (equal(digits_BT, words.length_BT), number),
        (plain, graph.ints(features.PLAIN)),
    ):
        found = graph.node("Where", condition, kind, found)
    return found
