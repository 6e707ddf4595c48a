"""Our own kernel (``native/``): a small library in C, loaded with ctypes where it was built.

The library checks nothing that it is given; ``native_stack.py`` does.
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from lstmcli.errors import UsageError

VARIABLE = "LSTM_NATIVE_LEVEL"
VERSION = 5
"""Of the library's interface (``native/lstm.h``)."""
_SUFFIX = {"win32": ".dll", "darwin": ".dylib"}.get(sys.platform, ".so")
LIBRARY = Path(__file__).parent / "lib" / f"lstm{_SUFFIX}"
"""Where ``native/compile.py`` puts it."""
_i64, _pointer = ctypes.c_int64, ctypes.c_void_p


class PassCall(ctypes.Structure):
    _fields_ = (
        *((name, _i64) for name in ("N", "H")),
        *((name, _pointer) for name in ("lengths_N", "first_N", "places")),
        ("backward", _i64),
        *((name, _pointer) for name in ("remembered", "others")),
        ("stride", _i64),
        *((name, _pointer) for name in ("recurrent", "recurrent_int16", "scale_G")),
        ("carried", _i64),
        *((name, _pointer) for name in ("h_2NH", "c_NH", "h_int16_2NH", "max_NH", "sum_NH", "last_NH", "steps")),
        ("steps_stride", _i64),
    )


class ProductCall(ctypes.Structure):
    _fields_ = (
        *((name, _i64) for name in ("rows", "inputs", "outputs")),
        ("x", _pointer),
        ("stride", _i64),
        *((name, _pointer) for name in ("weights", "bias_M", "out")),
    )


class WordsCall(ctypes.Structure):
    _fields_ = (
        *((name, _i64) for name in ("rows", "inputs", "outputs")),
        *((name, _pointer) for name in ("x", "weights", "x_int16", "weights_int16")),
        ("stride", _i64),
        *((name, _pointer) for name in ("scale_M", "bias_M", "targets")),
        *((name, _pointer) for name in ("target", "most", "sum", "weighted")),
    )


class AttentionCall(ctypes.Structure):
    _fields_ = (
        *((name, _i64) for name in ("N", "units")),
        *((name, _pointer) for name in ("lengths_N", "first_N", "steps", "query")),
        ("texts", _i64),
        *((name, _pointer) for name in ("rows_of", "scores", "out")),
    )


class EmbedCall(ctypes.Structure):
    _fields_ = (
        *((name, _i64) for name in ("count", "F", "E")),
        *((name, _pointer) for name in ("ids", "table_UE")),
        ("halves", _i64),
        ("out", _pointer),
    )


class MemoTable(ctypes.Structure):
    _fields_ = (
        *((name, _i64) for name in ("capacity", "F")),
        *((name, _pointer) for name in ("keys_PF", "slots")),
        ("slot_count", _i64),
    )


class NgramTableCall(ctypes.Structure):
    _fields_ = (
        *((name, _i64) for name in ("order", "P", "C")),
        *((name, _pointer) for name in ("keys_P", "weights_PC", "bias_C", "slots")),
        ("slot_count", _i64),
    )


class DictionaryTable(ctypes.Structure):
    _fields_ = (
        *((name, _i64) for name in ("capacity", "letter_count")),
        *((name, _pointer) for name in ("ends", "letters", "slots")),
        ("slot_count", _i64),
    )


class Library:
    """The kernel at one level: a kind of vector instructions."""

    def __init__(self, path: Path, level: str | None = None) -> None:
        """
        Args:
            level: None takes the fastest that the processor has.

        Raises:
            OSError: there is no library, or it is not ours.
            UsageError: a level that the processor does not have.
        """
        self._c = ctypes.CDLL(str(path))
        try:
            version = self._c.lstm_version()
        except AttributeError as error:
            raise OSError(f"{path} is another library") from error
        if version != VERSION:
            raise OSError(f"{path} has interface {version}, not {VERSION}")
        self._c.lstm_level.restype = ctypes.c_char_p
        self._c.lstm_find.restype = _i64
        self._c.lstm_find.argtypes = (_pointer, _i64, _pointer, _i64, _pointer)
        self._c.lstm_split.restype = _i64
        self._c.lstm_split.argtypes = (_pointer, _i64, ctypes.c_char_p, _pointer, _i64, _pointer, _pointer)
        self._c.lstm_affixes.argtypes = (ctypes.c_char_p, _pointer, _i64, _pointer)
        self._c.lstm_score_ngrams.argtypes = (_pointer, _pointer, _pointer, _i64, _pointer, _pointer)
        self.levels = [*self._levels()]
        if level is not None and level not in self.levels:
            raise UsageError(f"this processor has {', '.join(self.levels)}, not {level!r}", hint=f"unset {VARIABLE}")
        self.level = level or self.levels[0]
        self._place = self.levels.index(self.level)
        self.width = int(self._c.lstm_width(self._place))

    def _levels(self) -> Sequence[str]:
        names, n = [], 0
        while name := self._c.lstm_level(n):
            names.append(name.decode())
            n += 1
        return names

    def run(self, call: ctypes.Structure) -> None:
        """One pass over rows of tokens, one product, one attention, the words after each row, or embeddings."""
        getattr(self._c, _FUNCTIONS[type(call)])(self._place, ctypes.byref(call))

    def find(self, memo: MemoTable, used: int, ids_MF: int, M: int, places_M: int) -> int:
        """Places of ids in the table; how many it then holds.  Arrays are given by their addresses."""
        return int(self._c.lstm_find(ctypes.byref(memo), used, ids_MF, M, places_M))

    def index_ngrams(self, table: NgramTableCall) -> None:
        self._c.lstm_index_ngrams(ctypes.byref(table))

    def score_ngrams(self, table: NgramTableCall, ids: int, first: int, texts: int, found: int, out: int) -> None:
        """The scores of texts by their n-grams.  Arrays are given by their addresses."""
        self._c.lstm_score_ngrams(ctypes.byref(table), ids, first, texts, found, out)

    def split(
        self, dictionary: DictionaryTable, used: int, text: bytes, ends: int, texts: int, places: int, counts: int
    ) -> int:
        """Places of the words of ASCII texts; how many words there then are, or -1.  Arrays are given by addresses."""
        return int(self._c.lstm_split(ctypes.byref(dictionary), used, text, ends, texts, places, counts))

    def affixes(self, letters: bytes, ends: int, words: int, out: int) -> None:
        """Checksums of the affixes of ASCII words.  Arrays are given by their addresses."""
        self._c.lstm_affixes(letters, ends, words, out)


_FUNCTIONS = {
    PassCall: "lstm_run_pass",
    ProductCall: "lstm_run_product",
    WordsCall: "lstm_run_words",
    AttentionCall: "lstm_run_attention",
    EmbedCall: "lstm_run_embed",
}


@cache
def library() -> Library | None:
    """The library, where one was built for this machine.

    Raises:
        UsageError: ``$LSTM_NATIVE_LEVEL`` names a level that the processor does not have.
    """
    try:
        return Library(LIBRARY, os.environ.get(VARIABLE) or None)
    except OSError:  # not built, or for another machine, or by another version of lstm
        return None
