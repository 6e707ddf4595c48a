"""Upper bounds on how much the steps of a tokenizer can lengthen a text, computed before any step is run.

The *weight* of a text is the sum over its characters of the bytes of the longest form: composed or decomposed, as
written or in lower case.  Changing between these forms never increases the weight, so such steps, and steps that only
remove or split, may come in any order.  Every other step is bounded by its effect on the worst character.  The weight
of a text is at most ``UNICODE`` times its bytes.

Unknown steps are refused: a newer library may have steps without a bound.
"""

from __future__ import annotations

import base64
import binascii
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstmcli.tokenization.markup import PATTERNS
from lstmcli.tokenization.regexes import MAX_ATTEMPTS, MAX_REPEATED, Cost, TooComplexError, cost

UNICODE = 11  # maximum weight per byte: there is a ligature of three bytes that decomposes into 18 letters
MAX_STEPS = 256  # maximum number of steps of a tokenizer; each costs time for every text
_LOOKED_UP, _MAX_KEYS = 5, 200_000
_SYMBOL = 5  # maximum weight of a character that a byte-level step writes for a byte (½, decomposed)

Step = Mapping[str, Any]


class RefusedError(ValueError):
    """An unknown step, or a regular expression that may take too long."""


def normalizer_growth(step: Step) -> float:
    """Maximum ratio of output to input weight of a normalizer.  Raises: RefusedError."""
    return _product(step, "normalizer", "normalizers", _NORMALIZERS)


def pre_tokenizer_growth(step: Step) -> float:
    """The same for a pre-tokenizer, for all of its pieces together.  Raises: RefusedError."""
    return _product(step, "pre-tokenizer", "pretokenizers", _PRE_TOKENIZERS)


def decoder_growth(step: Step) -> float:
    """The same for a decoder, in bytes.  Raises: RefusedError."""
    return _product(step, "decoder", "decoders", _DECODERS)


_TRUSTED = {pattern: Cost(1.0, 0.0, 3) for pattern in PATTERNS}
"""Our own expressions for HTML: the tag name rules out all but one alternative, which ``cost`` does not recognise."""


def check_steps(*parts: Step) -> None:
    """Check that the parts of a tokenizer together are fast enough.

    Raises:
        RefusedError: too many steps, or regular expressions that may backtrack too much.
    """
    steps = [step for part in parts for step in _steps(part)]
    if len(steps) > MAX_STEPS:
        raise RefusedError(f"it has {len(steps):,} steps, and {MAX_STEPS} are the most that are run")
    costs = [_expression(step) for step in steps if "Regex" in _pattern(step)]
    if sum(c.attempts for c in costs) > MAX_ATTEMPTS or sum(c.repeated for c in costs) > MAX_REPEATED:
        raise RefusedError("its regular expressions may take too long")


def weight(text: str) -> int:
    """The weight of a text; see the module docstring."""
    return sum(map(_weight, text))


@cache
def _weight(character: str) -> int:
    forms = {character, *(unicodedata.normalize(form, character) for form in ("NFC", "NFD", "NFKC", "NFKD"))}
    return max(len(text.encode()) for form in forms for text in (form, form.lower()))


def _steps(part: Step) -> Iterator[Step]:
    if part.get("type") == "Sequence":
        for key in ("normalizers", "pretokenizers", "decoders"):
            for inner in part.get(key, ()):
                yield from _steps(inner)
    else:
        yield part


def _product(part: Step, what: str, key: str, known: Mapping[str, Callable[[Step], float]]) -> float:
    if part.get("type") == "Sequence" and key not in part:
        raise RefusedError(f"its {what} is a sequence of something else")
    total = 1.0
    for step in _steps(part):
        kind = str(step.get("type"))
        if kind not in known:
            raise RefusedError(f"its {what} {kind!r} is not known to this version of lstm")
        total *= known[kind](step)
    return total


def _unchanged(step: Step) -> float:
    return 1.0


def _pattern(step: Step) -> Step:
    found = step.get("pattern")
    return found if isinstance(found, Mapping) else {}


def _expression(step: Step) -> Cost:
    try:
        pattern = _pattern(step)["Regex"]
        return _TRUSTED.get(pattern) or cost(pattern)
    except TooComplexError as error:
        named = repr(_pattern(step)["Regex"][:60])
        raise RefusedError(f"its regular expression {named} may take too long: {error}") from error


def _split(step: Step) -> float:
    if "Regex" in _pattern(step):
        _expression(step)
    return 1.0


def _replace(measure: Callable[[str], int]) -> Callable[[Step], float]:
    def growth(step: Step) -> float:
        new, pattern = measure(step["content"]), _pattern(step)
        # Weight of the shortest match; an expression that matches the empty string can match between all characters.
        least = _expression(step).least if "Regex" in pattern else measure(pattern["String"])
        return max(1.0, new / least) if least else 1.0 + 2 * new  # at both ends, too

    return growth


def _byte_level(step: Step) -> float:
    return _SYMBOL + (weight("Ġ") if step.get("add_prefix_space") else 0)


def _metaspace(step: Step) -> float:
    new = weight(step["replacement"])
    return max(1.0, new) if step.get("prepend_scheme") == "never" else 1.0 + new


def _precompiled(step: Step) -> float:
    """Growth of SentencePiece's character map, stored as the size of a trie, the trie, and NUL-terminated texts."""
    try:
        data = base64.b64decode(step["precompiled_charsmap"])
    except (binascii.Error, ValueError) as error:
        raise RefusedError("its map of characters is broken") from error
    end = 4 + int.from_bytes(data[:4], "little") // 4 * 4
    units, texts = np.frombuffer(data[4:end][: (len(data[4:end]) // 4) * 4], "<u4").astype(np.int64), data[end:]
    growth = 1.0
    for old, at in _keys(units):
        new = texts[at : max(at, texts.find(b"\0", at))].decode("utf-8", "replace")
        growth = max(growth, weight(new) / max(len(old), weight(old.decode("utf-8", "ignore"))))
    return growth


def _keys(units: NDArray[np.int64]) -> Iterator[tuple[bytes, int]]:
    """The keys of a darts-clone trie, and the offset of the text of each.

    It is a double array: the child of ``at`` for the byte ``c`` is at ``at ^ offset ^ c`` and has the label ``c``.
    ``tokenizers`` looks up at most five bytes.
    """
    offsets, labels = (units >> 10) << ((units & 512) >> 6), units & 0x800000FF
    bytes_C = np.arange(1, 256)
    rows: list[tuple[bytes, int]] = [(b"", int(offsets[0]))] if len(units) else []
    seen = 0
    for _ in range(_LOOKED_UP):
        below: list[tuple[bytes, int]] = []
        for start in range(0, len(rows), 1000):
            some = rows[start : start + 1000]
            places_RC = np.array([at for _, at in some])[:, None] ^ bytes_C
            inside_RC = places_RC < len(units)
            found = np.nonzero(inside_RC & (labels[np.where(inside_RC, places_RC, 0)] == bytes_C))
            seen += len(found[0])
            if seen > _MAX_KEYS:
                raise RefusedError("its map of characters is too large")
            for r, c in zip(*(part.tolist() for part in found), strict=True):
                place = int(places_RC[r, c])
                key, at = some[r][0] + bytes([c + 1]), place ^ int(offsets[place])
                below.append((key, at))
                if units[place] >> 8 & 1 and at < len(units):
                    yield key, int(units[at] & 0x7FFFFFFF)
        rows = below


Growth = Callable[[Step], float]
_NORMALIZERS: Mapping[str, Growth] = {
    **dict.fromkeys(("NFC", "NFD", "NFKC", "NFKD", "Lowercase", "StripAccents", "Strip", "Nmt"), _unchanged),
    "BertNormalizer": lambda step: 5 / 3 if step["handle_chinese_chars"] else 1.0,  # two spaces around three bytes
    "ByteLevel": _byte_level,
    "Replace": _replace(weight),
    "Prepend": lambda step: 1.0 + weight(step["prepend"]),
    "Precompiled": _precompiled,
}
_PRE_TOKENIZERS: Mapping[str, Growth] = {
    **dict.fromkeys(("BertPreTokenizer", "Whitespace", "WhitespaceSplit", "CharDelimiterSplit"), _unchanged),
    **dict.fromkeys(("Digits", "FixedLength", "Punctuation", "UnicodeScripts"), _unchanged),
    "Split": _split,
    "ByteLevel": _byte_level,
    "Metaspace": _metaspace,
}
_DECODERS: Mapping[str, Growth] = {
    **dict.fromkeys(("ByteFallback", "Fuse", "Strip", "Metaspace"), _unchanged),
    "ByteLevel": lambda step: 3.0,  # an invalid byte becomes U+FFFD
    "WordPiece": lambda step: 2.0,  # a space before each token
    "BPEDecoder": lambda step: 1.0 if step["suffix"] else 3.0,  # a space for the suffix, or around all characters
    "CTC": lambda step: 1.0 if step["word_delimiter_token"] else 3.0,
    "Replace": _replace(lambda text: len(text.encode())),
}
