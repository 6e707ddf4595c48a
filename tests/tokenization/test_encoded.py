"""Encoded texts kept in little memory come out as they went in."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstmcli.tokenization import encoded as module
from lstmcli.tokenization.encoded import EncodedTexts
from lstmcli.tokenization.ids import Ids


@st.composite
def texts(draw: st.DrawFn) -> list[Ids]:
    F = draw(st.integers(1, 4))
    number = st.integers(0, 5) | st.integers(0, 2**31 - 1)
    token = st.lists(number, min_size=F, max_size=F)
    return [np.array(text, np.int32) for text in draw(st.lists(st.lists(token, min_size=1, max_size=6), max_size=8))]


@given(texts=texts(), group=st.integers(1, 12), known=st.sampled_from([0, 3, 100]), odd=st.booleans())
def test_texts_come_out_as_they_went_in(texts: list[Ids], group: int, known: int, odd: bool) -> None:
    """Also when different tokens have the same number, and when few tokens are remembered."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "GROUP", group)
        patch.setattr(module, "MAX_KNOWN", known)
        if not odd:
            patch.setattr(module, "_ODD", np.zeros(4, np.uint64))
        found = EncodedTexts(texts)
    assert len(found) == len(texts) and found.lengths.tolist() == [len(text) for text in texts]
    for one, other in zip(found, texts, strict=True):
        np.testing.assert_array_equal(one, other)
    for one, other in zip(found[1:], texts[1:], strict=True):
        np.testing.assert_array_equal(one, other)
    if texts:
        np.testing.assert_array_equal(found[-1], texts[-1])
        np.testing.assert_array_equal(
            found.ids(slice(1, None)), np.concatenate([t[:, 0] for t in [*texts[1:], texts[0][:0]]])
        )
    with pytest.raises(IndexError):
        found[len(texts)]


def test_a_token_is_kept_once() -> None:
    text = np.array([[7, 1, 2, 3], [8, 1, 2, 3], [7, 1, 2, 3]], np.int32)
    found = EncodedTexts([text] * 1000)
    assert sorted(found.tokens_DF.tolist()) == [[7, 1, 2, 3], [8, 1, 2, 3]]
    assert found.nbytes < 3 * 1000 * 8
