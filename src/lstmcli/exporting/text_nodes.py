"""Texts as code points, cut into words by nodes of a graph.

Code points are [B, N] int64, 0 after the end of a text.

Shapes: B texts, N characters of a text, T tokens, W pieces of a text, L characters of a piece and the spaces around it,
D distinct pieces of all texts.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from lstmcli.classification.characters.words import LONGEST
from lstmcli.engine.nodes import Graph
from lstmcli.engine.protobuf import BOOL, INT64

SPACE = ord(" ")
END = -1
"""Stands for a character that is not there."""
_AFTER_SPACES = 0x3001
"""The first character after the last that is white space."""


class Words(NamedTuple):
    """The words of texts, as names of nodes.  A word that is not there has no characters."""

    codes_BN: str  # END after the last character
    word_BN: str  # the number of each character's word; T for a space, and after the end
    start_BT: str
    length_BT: str


def spaced_words(graph: Graph, codes_BN: str, tokens_BT: str) -> Words:
    """Words with one space between them, as many as there are tokens."""
    codes_BN, there_BN = _ended(graph, codes_BN)
    gap_BN = graph.node("Equal", codes_BN, graph.ints(SPACE))
    number_BN = graph.node("CumSum", _number(graph, gap_BN), graph.ints(1))
    T = size(graph, tokens_BT, 1)
    letter_BN = graph.node("And", there_BN, graph.node("Not", gap_BN))
    word_BN = graph.node("Where", letter_BN, graph.node("Min", number_BN, T), T)
    start_BW, length_BW = _spans(graph, word_BN, T)
    return Words(codes_BN, word_BN, front(graph, start_BW), front(graph, length_BW))


def pieces(graph: Graph, codes_BN: str) -> tuple[str, str]:
    """What white space separates, in pieces of up to ``LONGEST`` characters, each once for a text.

    Returns:
        The characters of the pieces [D, L], a space before and after each, 0 after its end; and the text of each [D].
    """
    zero, one = graph.ints(0), graph.ints(1)
    codes_BN, there_BN = _ended(graph, codes_BN)
    is_space = graph.constant(np.array([chr(code).isspace() for code in range(_AFTER_SPACES + 1)]))
    low_BN = graph.node("Max", graph.node("Min", codes_BN, graph.ints(_AFTER_SPACES)), zero)
    letter_BN = graph.node("And", there_BN, graph.node("Not", graph.node("Gather", is_space, low_BN)))
    piece_BN, column_BN = _cut(graph, letter_BN)
    W = graph.node("Add", graph.node("Reshape", graph.node("ReduceMax", piece_BN), one), one)
    L = graph.node("Add", graph.node("Reshape", graph.node("ReduceMax", column_BN), one), graph.ints(2))
    # Each character goes to its cell, and white space to one after all of them.
    cells, B = graph.node("Mul", W, L), size(graph, codes_BN, 0)
    cell_BN = graph.node("Add", graph.node("Mul", piece_BN, L), column_BN)
    cell_BN = graph.node("Where", letter_BN, cell_BN, cells)
    empty = graph.node("Expand", zero, graph.node("Concat", B, graph.node("Add", cells, one), axis=0))
    known_BN = graph.node("Max", codes_BN, one)  # a NUL is given as 1, which no n-gram has
    filled = graph.node("ScatterElements", empty, cell_BN, known_BN, axis=1)
    chars_BWL = graph.node("Reshape", front(graph, filled), graph.node("Concat", B, W, L, axis=0))
    length_BW1 = graph.node("ReduceSum", graph.node("Sign", chars_BWL), graph.ints(2), keepdims=1)
    spaced_BW1 = graph.node("Add", length_BW1, graph.node("Mul", graph.node("Sign", length_BW1), graph.ints(2)))
    inside_BWL = graph.node("Less", numbers(graph, L), spaced_BW1)
    around_BWL = graph.node("And", inside_BWL, graph.node("Equal", chars_BWL, zero))
    chars_BWL = graph.node("Where", around_BWL, graph.ints(SPACE), chars_BWL)
    text_B11 = graph.node("Unsqueeze", numbers(graph, B), graph.ints(1, 2))
    text_BW1 = graph.node("Expand", text_B11, graph.node("Shape", length_BW1))
    rows = graph.node("Concat", graph.ints(-1), graph.node("Add", L, one), axis=0)
    all_pieces = graph.node("Reshape", graph.node("Concat", text_BW1, chars_BWL, axis=2), rows)
    distinct = graph.node("Unique", all_pieces, axis=0, sorted=1)
    text_D = graph.node("Gather", distinct, graph.constant(np.array(0)), axis=1)
    return graph.node("Slice", distinct, one, graph.ints(2**62), one), text_D


def _cut(graph: Graph, letter_BN: str) -> tuple[str, str]:
    """The number of each character's piece, and its place in it, from 1; the place of white space is 0."""
    one = graph.ints(1)
    earlier_BN = front(graph, graph.node("Pad", letter_BN, graph.ints(0, 1, 0, 0)))
    begins_BN = graph.node("And", letter_BN, graph.node("Not", earlier_BN))
    word_BN = graph.node("CumSum", _number(graph, begins_BN), one)
    most = graph.node("Reshape", graph.node("ReduceMax", word_BN), one)
    start_BN = graph.node("GatherElements", _spans(graph, word_BN, most)[0], word_BN, axis=1)
    place_BN = graph.node("Sub", numbers(graph, size(graph, letter_BN, 1)), start_BN)
    column_BN = graph.node("Add", graph.node("Mod", place_BN, graph.ints(LONGEST)), one)
    column_BN = graph.node("Mul", column_BN, _number(graph, letter_BN))
    first_BN = _number(graph, graph.node("Equal", column_BN, one))
    piece_BN = graph.node("Sub", graph.node("CumSum", first_BN, one), one)
    return graph.node("Max", piece_BN, graph.ints(0)), column_BN


def _ended(graph: Graph, codes_BN: str) -> tuple[str, str]:
    """The code points with at least one ``END`` after each text, and whether a place is before the end."""
    padded_BN = graph.node("Pad", codes_BN, graph.ints(0, 0, 0, 1))
    written_BN = _number(graph, graph.node("Cast", padded_BN, to=BOOL))
    there_BN = graph.node("Cast", graph.node("CumSum", written_BN, graph.ints(1), reverse=1), to=BOOL)
    return graph.node("Where", there_BN, padded_BN, graph.ints(END)), there_BN


def _spans(graph: Graph, word_BN: str, last: str) -> tuple[str, str]:
    """The first place of each word and the number of its characters, from word 0 to ``last``."""
    shape = graph.node("Concat", size(graph, word_BN, 0), graph.node("Add", last, graph.ints(1)), axis=0)
    place_BN = graph.node("Expand", numbers(graph, size(graph, word_BN, 1)), graph.node("Shape", word_BN))
    each_BN = graph.node("Expand", graph.ints(1), graph.node("Shape", word_BN))
    far, none = graph.node("Expand", graph.ints(2**62), shape), graph.node("Expand", graph.ints(0), shape)
    start = graph.node("ScatterElements", far, word_BN, place_BN, axis=1, reduction="min")
    return start, graph.node("ScatterElements", none, word_BN, each_BN, axis=1, reduction="add")


def _number(graph: Graph, truth: str) -> str:
    return graph.node("Cast", truth, to=INT64)


def size(graph: Graph, x: str, axis: int) -> str:
    """The size of an axis, [1]."""
    return graph.node("Shape", x, start=axis, end=axis + 1)


def numbers(graph: Graph, most: str) -> str:
    """0, 1, 2 and so on below ``most``, which is [1]."""
    zero, one = graph.constant(np.array(0, np.int64)), graph.constant(np.array(1, np.int64))
    return graph.node("Range", zero, graph.node("Squeeze", most), one)


def front(graph: Graph, x: str) -> str:
    """All but the last column."""
    return graph.node("Slice", x, graph.ints(0), graph.ints(-1), graph.ints(1))
