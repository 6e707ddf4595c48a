"""Find texts that a model cannot tell apart, although they are written differently.

A tokenizer makes texts equal that differ in case, white space or Unicode form.  If one of them were held out for
validation, the model would have seen it in training.
"""

from __future__ import annotations

import hashlib
import unicodedata


def same_text(text: str) -> bytes:
    """A key of 16 bytes: two texts have the same one if they differ in case, white space and Unicode form only.

    The lengths of texts do not matter to the memory that a set of keys takes.
    """
    bare = "".join(text.split())
    if not bare.isascii():
        bare = unicodedata.normalize("NFC", unicodedata.normalize("NFC", bare).lower())
    return hashlib.blake2b(bare.lower().encode("utf-8", "surrogatepass"), digest_size=16).digest()
