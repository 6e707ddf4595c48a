"""Which units are worth looking at, and what they respond to.

A unit responds to a kind of token if one of its gates or states is nearly always higher (or lower) at tokens of that
kind than at others.  How well it tells them apart is the area under the ROC curve, AUC: the share of pairs of a token
of the kind and another one in which it is higher.  A response is found on one half of the texts and counts only if the
other half, on which it was not chosen, confirms it.

Shapes: T tokens, H units, K kinds.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]
CLEAR = 0.85
"""Minimum AUC, or correlation with the position."""
VISIBLE = 0.1
"""Minimum difference of the means at tokens of a kind and at others; a smaller one is no change of colour."""
ENOUGH = 10
"""Minimum number of tokens of a kind, and of others, in each half of the texts."""

_KINDS = {
    "negation": r"not|no|never|n['’]t|['’]t|nor|neither|without|nothing|nobody|none|cannot|hardly|不|没|无|未|别|非",
    "contrast": r"but|however|although|though|yet|despite|但|却|虽",
    "comma": r"[,，、;；:：]",
    "stop": r"[.。!！?？…]+",
    "digit": r"[0-9０-９]+",
    "bracket": r"[(（\[「『《“\"”》』」\])）]",
    "space": r"\s+",
    "line end": r"\n",
    "article": r"the|a|an",
    "pronoun": r"i|you|he|she|it|we|they|him|her|them|his|my|your|their|我|你|他|她|它",
    "hanzi": r"[㐀-鿿]",
}
"""Kinds of tokens, by the whole token without the spaces around it."""
_PATTERNS = {kind: re.compile(pattern, re.IGNORECASE) for kind, pattern in _KINDS.items()}
_OPEN, _CLOSE, _EITHER = "(（[「『《“", ")）]」』》”", '"'


@dataclass(frozen=True)
class Response:
    """What a unit responds to."""

    unit: int
    """From 1."""
    gate: str
    """The gate or state."""
    kind: str
    """The kind of token, or ``position``."""
    sign: int
    """1: higher at these tokens; -1: lower."""
    strength: float
    """AUC on the half of the texts that was not used to find it; for ``position`` the correlation."""
    count: int
    """Tokens of the kind in that half; all tokens for ``position``."""


def token_kinds(tokens: Sequence[str]) -> dict[str, NDArray[np.bool_]]:
    """Which tokens of a text are of each kind."""
    bare = [token if token.isspace() else token.strip() for token in tokens]
    kinds = {kind: np.array([bool(p.fullmatch(t)) for t in bare], np.bool_) for kind, p in _PATTERNS.items()}
    kinds["capital"] = np.array([t[:1].isupper() for t in bare], np.bool_)
    depth, inside = 0, []
    for token in bare:
        closes = bool(token) and (token in _CLOSE or (token == _EITHER and depth > 0))
        depth = max(0, depth - 1) if closes else depth
        inside.append(depth > 0)
        if token and not closes and (token in _OPEN or token == _EITHER):
            depth += 1
    kinds["inside"] = np.array(inside, np.bool_)
    return kinds


def separation(ranks_TH: NDArray[np.integer], mask_T: NDArray[np.bool_]) -> Floats:
    """AUC of each unit: the share of pairs in which its value is higher at a token of the mask than at another one.

    Args:
        ranks_TH: the ranks of each unit's values among all tokens, from 0.
    """
    inside = int(mask_T.sum())
    below_H = mask_T @ ranks_TH - inside * (inside - 1) / 2
    return np.asarray(below_H / (inside * (len(mask_T) - inside)), np.float64)


def telling_order(hidden_TH: Floats, weight_H: Floats | None = None) -> NDArray[np.int64]:
    """The units, the most telling first: whose hidden state moves most, by what it weighs in the answer if given."""
    move_H = hidden_TH.std(axis=0, dtype=np.float64) if len(hidden_TH) > 1 else abs(hidden_TH).max(axis=0, initial=0)
    return np.argsort(-(move_H if weight_H is None else move_H * abs(weight_H)), kind="stable")


def largest_change(hidden_TH: Floats) -> NDArray[np.int64]:
    """The token at which each unit's hidden state changes most, [H]."""
    before_TH = np.concatenate([np.zeros_like(hidden_TH[:1]), hidden_TH[:-1]])
    return np.asarray(abs(hidden_TH - before_TH).argmax(axis=0), np.int64)


def correlations(values_TH: Floats, place_T: NDArray[np.int64]) -> Floats:
    """Pearson correlation of each column with the position; 0 if either is constant."""
    values = values_TH.astype(np.float64) - values_TH.mean(axis=0, dtype=np.float64)
    place = place_T - place_T.mean()
    scale_H = np.sqrt((values**2).sum(axis=0) * (place**2).sum())
    return np.asarray(np.divide(place @ values, scale_H, out=np.zeros_like(scale_H), where=scale_H > 0))


def find_responses(
    values: Mapping[str, Floats], kinds: Mapping[str, NDArray[np.bool_]], place_T: NDArray[np.int64], half: int
) -> list[Response]:
    """The clearest response of each unit that has one, the clearest first.

    Args:
        values: gates and states by name, [T, H], of all texts, one after the other.
        place_T: the position of each token in its text.
        half: the number of tokens in the first half of the texts.
    """
    best: dict[int, Response] = {}
    halves = (slice(0, half), slice(half, None))
    for gate, values_TH in values.items():
        ranks = [np.argsort(np.argsort(values_TH[own], axis=0), axis=0) for own in halves]
        for kind, mask_T in kinds.items():
            for found in _of_kind(gate, kind, values_TH, mask_T, ranks, halves):
                if found.unit not in best or found.strength > best[found.unit].strength:
                    best[found.unit] = found
    state = values.get("cell", values["hidden"])
    if min(half, len(place_T) - half) >= ENOUGH:
        first_H, second_H = (correlations(state[own], place_T[own]) for own in halves)
        for u in np.flatnonzero((np.minimum(abs(first_H), abs(second_H)) >= CLEAR) & (first_H * second_H > 0)).tolist():
            sign, strength = int(np.sign(second_H[u])), float(abs(second_H[u]))
            if u + 1 not in best or strength > best[u + 1].strength:
                name = "cell" if "cell" in values else "hidden"
                best[u + 1] = Response(u + 1, name, "position", sign, strength, len(place_T) - half)
    return sorted(best.values(), key=lambda response: -response.strength)


def _of_kind(
    gate: str,
    kind: str,
    values_TH: Floats,
    mask_T: NDArray[np.bool_],
    ranks: Sequence[NDArray[np.integer]],
    halves: Sequence[slice],
) -> list[Response]:
    counts = [min(int(mask_T[own].sum()), int((~mask_T[own]).sum())) for own in halves]
    if min(counts) < ENOUGH:
        return []
    signed = []
    for own, ranks_TH in zip(halves, ranks, strict=True):
        mask, part_TH = mask_T[own], values_TH[own]
        gap_H = part_TH[mask].mean(axis=0) - part_TH[~mask].mean(axis=0)
        signed.append(np.where(abs(gap_H) >= VISIBLE, separation(ranks_TH, mask) - 0.5, 0.0))
    clear_H = (np.minimum(abs(signed[0]), abs(signed[1])) >= CLEAR - 0.5) & (signed[0] * signed[1] > 0)
    count, auc_H = int(mask_T[halves[1]].sum()), signed[1]
    return [
        Response(u + 1, gate, kind, int(np.sign(auc_H[u])), 0.5 + float(abs(auc_H[u])), count)
        for u in np.flatnonzero(clear_H).tolist()
    ]


def varied(responses: Sequence[Response]) -> list[Response]:
    """The same, in turn from each kind and gate, so that the first ones show different things."""
    groups: dict[tuple[str, str, int], list[Response]] = {}
    for response in responses:
        groups.setdefault((response.kind, response.gate, response.sign), []).append(response)
    rounds = max((len(group) for group in groups.values()), default=0)
    return [group[n] for n in range(rounds) for group in groups.values() if n < len(group)]
