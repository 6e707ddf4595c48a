"""Statistics and a fingerprint of a text, from one pass over it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from lstmcli.errors import DataError
from lstmcli.plural import count
from lstmcli.scoring.lines import Counts
from lstmcli.tokenization.auto import SAMPLE
from lstmcli.tokenization.shards import update_digest


@dataclass
class Survey(Counts):
    """Statistics from one pass over a text."""

    sample: list[str] = field(default_factory=list)
    """The first lines."""
    fingerprint: str = ""
    """SHA-256 of all lines, hexadecimal; independent of the file format."""


def survey_text(lines: Iterable[str]) -> Survey:
    """Statistics of all lines, in bounded memory."""
    result, digest, room = Survey(), hashlib.sha256(), SAMPLE
    for line in lines:
        result.add(line)
        update_digest(digest, line)
        if room > 0:
            result.sample.append(line[:room])
            room -= len(line) + 1
    result.fingerprint = digest.hexdigest()
    return result


class Unchanged:
    """The lines of a later reading.

    Raises:
        DataError: at the end of an iteration, if the lines differ from those of the first reading.
    """

    def __init__(self, lines: Iterable[str], found: Survey) -> None:
        self._lines, self._found = lines, found

    def __iter__(self) -> Iterator[str]:
        found, counts, digest = self._found, Counts(), hashlib.sha256()
        for line in self._lines:
            counts.add(line)
            update_digest(digest, line)
            yield line
        if digest.hexdigest() != found.fingerprint:
            then, now = (f"{count(text.lines, 'line')}, {count(text.bytes, 'byte')}" for text in (found, counts))
            hint = "train again when nothing writes to it any more, or on a copy"
            raise DataError(f"the text changed while it was being read: {then} at first, then {now}", hint=hint)
