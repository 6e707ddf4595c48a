"""What generators of steps return, for tests that do not look at the steps."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from typing import Any, TypeVar

from lstmcli.language_modeling.corpus import Corpus, corpus_steps
from lstmcli.tokenization.stream_encoder import StreamEncoder

T = TypeVar("T")


def result_of(steps: Generator[Any, None, T]) -> T:
    while True:
        try:
            next(steps)
        except StopIteration as end:
            result: T = end.value
            return result


def build_corpus(lines: Iterable[str], encoder: StreamEncoder, *, key: str, **how: Any) -> Corpus:
    """``corpus_steps`` from start to end."""
    return result_of(corpus_steps(lines, encoder, key=key, **how))
