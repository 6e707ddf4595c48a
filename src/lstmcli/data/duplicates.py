"""Find texts that a model cannot tell apart, although they are written differently.

A tokenizer makes texts equal that differ in case, white space or Unicode form.  If one of them were held out for
validation, the model would have seen it in training.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable, Sequence

from lstmcli.data.records import Record


def same_text(text: str) -> bytes:
    """A key of 16 bytes: two texts have the same one if they differ in case, white space and Unicode form only.

    The lengths of texts do not matter to the memory that a set of keys takes.
    """
    bare = "".join(text.split())
    if not bare.isascii():
        bare = unicodedata.normalize("NFC", unicodedata.normalize("NFC", bare).lower())
    return hashlib.blake2b(bare.lower().encode("utf-8", "surrogatepass"), digest_size=16).digest()


def texts_by_class(records: Sequence[Record]) -> list[list[list[int]]]:
    """The rows of each text, for each class in the order of their names; a text with several labels is of the first."""
    texts: dict[bytes, list[int]] = {}
    for i, record in enumerate(records):
        texts.setdefault(same_text(record.text), []).append(i)
    classes: dict[str, list[list[int]]] = {}
    for rows in texts.values():
        classes.setdefault(next(iter(records[rows[0]].labels), ""), []).append(rows)
    return [classes[label] for label in sorted(classes)]


def texts_of(*parts: Iterable[Record]) -> set[bytes]:
    """The keys of all texts of some splits."""
    return {same_text(record.text) for part in parts for record in part}
