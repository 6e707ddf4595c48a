"""Find texts that a model cannot tell apart, although they are written differently.

A tokenizer makes texts equal that differ in case, white space or Unicode form.  If one of them were held out for
validation, the model would have seen it in training.
"""

from __future__ import annotations

import hashlib
import unicodedata
from array import array
from collections.abc import Collection, Iterable

import numpy as np
from numpy.typing import NDArray

from lstmcli.data.records import Record


def same_text(text: str) -> bytes:
    """A key of 16 bytes: two texts have the same one if they differ in case, white space and Unicode form only.

    The lengths of texts do not matter to the memory that a set of keys takes.
    """
    bare = "".join(text.split())
    if not bare.isascii():
        bare = unicodedata.normalize("NFC", unicodedata.normalize("NFC", bare).lower())
    return hashlib.blake2b(bare.lower().encode("utf-8", "surrogatepass"), digest_size=16).digest()


class SameTexts:
    """The rows of each text, in the order of their first ones; 24 bytes a row."""

    def __init__(self, records: Collection[Record]) -> None:
        names: dict[str, int] = {}
        first_labels = (names.setdefault(next(iter(record.labels), ""), len(names)) for record in records)
        label_N = np.fromiter(first_labels, np.int32, len(records))
        _, first, text_N = np.unique(keys_of(records), return_index=True, return_inverse=True)
        order = np.argsort(first)
        self._rows = np.argsort(np.argsort(order)[text_N], kind="stable")
        self._ends = np.append(0, np.bincount(text_N, minlength=len(first))[order].cumsum())
        self._label = label_N[first[order]]
        self._names = names

    def rows(self, text: int) -> list[int]:
        found: list[int] = self._rows[self._ends[text] : self._ends[text + 1]].tolist()
        return found

    @property
    def sizes(self) -> NDArray[np.int64]:
        """The number of rows of each text."""
        return np.diff(self._ends)

    def by_class(self) -> list[array[int]]:
        """The texts of each class, classes in the order of their names; one with several labels is of the first."""
        return [array("q", np.flatnonzero(self._label == self._names[name]).tobytes()) for name in sorted(self._names)]


def keys_of(records: Collection[Record]) -> NDArray[np.uint64]:
    """The first 8 bytes of ``same_text`` of each."""
    keys = (int.from_bytes(same_text(record.text)[:8], "little") for record in records)
    return np.fromiter(keys, np.uint64, len(records))


def texts_of(*parts: Iterable[Record]) -> set[bytes]:
    """The keys of all texts of some splits."""
    return {same_text(record.text) for part in parts for record in part}
