"""What the units of a model respond to, found when its page is made, on texts that the page names.

Shapes: T tokens, H units of a layer in one direction, C labels, K units of the last layer.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstmcli.data.samples import open_sample
from lstmcli.errors import NoDataError
from lstmcli.inspection.reference import ReferenceStack, Trace
from lstmcli.inspection.telling import Response, find_responses, telling_order, token_kinds, varied
from lstmcli.model_dir.directory import TOKENIZER, WEIGHTS, ModelDir
from lstmcli.model_dir.files import tensors, use_file
from lstmcli.safe_files import read_plain
from lstmcli.tokenization.ids import UNKNOWN_ID
from lstmcli.tokenization.stream_encoder import StreamEncoder
from lstmcli.tokenization.text_encoder import TextEncoder
from lstmcli.tokenization.tokenizer import well_formed

MAX_TEXTS, MAX_TOKENS, MAX_LENGTH = 600, 6000, 200
MAX_FILE = 10_000_000  # bytes
EXAMPLES, EXAMPLE_LENGTH, BEGINNING = 4, 90, 60
TELLING_WORDS = 3
MOST_UNKNOWN = 0.5
"""Maximum share of unknown tokens in a built-in text; the samples have Chinese and English texts."""
_TEXTS = "give a file in UTF-8 with a text a line"


@dataclass(frozen=True)
class Texts:
    """Texts and where they come from."""

    source: str
    texts: Sequence[str]


def naming_texts(model: ModelDir, path: Path | None) -> Texts:
    """The lines of a file, or the built-in texts of which the model knows most words, without those in another script.

    Raises:
        NoDataError: the file has no text, or cannot be read.
    """
    if path is not None:
        try:
            lines = read_plain(path, MAX_FILE).decode("utf-8-sig").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
            raise NoDataError(f"cannot be read: {reason}", path=path, hint=_TEXTS) from error
        if not (found := [line for line in lines if line.strip()]):
            raise NoDataError("holds no text", path=path, hint=_TEXTS)
        return Texts(path.name, found)
    names = ("reviews", "topics") if model.task.labelled else ("stories", "reviews")
    best = min((_sample(name) for name in names), key=lambda found: sum(_unknown(model, found.texts[:100]).values()))
    known = [text for text, share in _unknown(model, best.texts).items() if share <= MOST_UNKNOWN]
    return Texts(best.source, known or best.texts)


def _sample(name: str) -> Texts:
    rows = [str(row.cells["text"]) for _, row in zip(range(MAX_TEXTS), open_sample(name).rows(), strict=False)]
    return Texts(f"sample:{name}", rows)


def _unknown(model: ModelDir, texts: Sequence[str]) -> dict[str, float]:
    """The share of unknown tokens in each text that has tokens."""
    return {text: float((rows_TF[:, 0] == UNKNOWN_ID).mean()) for text, _, rows_TF in _rows(model, texts)}


def _rows(model: ModelDir, texts: Sequence[str]) -> Iterator[tuple[str, list[str], NDArray[Any]]]:
    """Each text that has tokens, its tokens, and their rows of the embedding table, [T, F]."""
    settings, data = model.settings.tokenizer, use_file(model, TOKENIZER, bytes.decode)
    if model.task.labelled:
        encoder = TextEncoder.from_json(data, settings)
        for text in map(well_formed, texts):
            spans, (rows_TF,) = encoder.spans(text), encoder.encode([text])
            if spans:
                yield text, [text[first:last] for first, last in spans], rows_TF
        return
    stream = StreamEncoder.from_json(data, settings)
    for text in map(well_formed, texts):
        if len(ids := stream.prompt(text)):
            yield text, stream.tokens(ids), ids[:, None]


def described(model: ModelDir, given: Texts) -> dict[str, Any]:
    """For the head of a page: the units of each layer and direction, the most telling first, and examples."""
    weights = use_file(model, WEIGHTS, tensors)
    shape = model.settings.model
    widths = [shape.hidden] * shape.layers if model.task.labelled else list(shape.widths)
    directions = 2 if model.task.labelled and shape.bidirectional else 1
    stack = ReferenceStack(weights, shape.cell, widths, directions)
    tokens, traces, texts = list[list[str]](), list[list[list[Trace]]](), list[str]()
    for text, own, rows_TF in _rows(model, given.texts):
        own, rows_TF = own[:MAX_LENGTH], rows_TF[:MAX_LENGTH]
        x_T1E = np.asarray(weights["embedding"][rows_TF], np.float32).sum(axis=1)[:, None]
        traces.append(stack.read(x_T1E, np.array([len(own)]))[0])
        tokens.append(own)
        texts.append(text)
        if sum(map(len, tokens)) >= MAX_TOKENS:
            break
    answer_CK = _answer_weights(model, weights, widths[-1] * directions)
    units = [
        [
            _units(tokens, [found[layer][direction] for found in traces], answer_CK if last else None, direction)
            for direction in range(directions)
        ]
        for layer, last in ((layer, layer == len(widths) - 1) for layer in range(len(widths)))
    ]
    named = {"source": given.source, "texts": len(texts), "tokens": sum(map(len, tokens))}
    examples = _examples(texts, tokens) if model.task.labelled else _beginnings(texts)
    return {"units": units, "named": named, "examples": examples}


def _answer_weights(model: ModelDir, weights: dict[str, NDArray[Any]], K: int) -> NDArray[Any] | None:
    """How much each unit of the last layer weighs in each label, compared with the others, summed over poolings."""
    if "head.weight" not in weights:
        return None
    head_CK = np.asarray(weights["head.weight"], np.float64).reshape(len(model.labels), -1, K).sum(axis=1)
    return np.asarray(head_CK if model.multilabel else head_CK - head_CK.mean(axis=0))


def _units(
    tokens: list[list[str]], traces: list[Trace], answer_CK: NDArray[Any] | None, direction: int
) -> list[dict[str, Any]]:
    names = [*traces[0].gates, *traces[0].states]
    values = {
        name: np.concatenate([(trace.gates | trace.states)[name][:, 0] for trace in traces]).astype(np.float32)
        for name in names
    }
    kinds = [token_kinds(own) for own in tokens]
    masks = {kind: np.concatenate([own[kind] for own in kinds]) for kind in kinds[0]}
    ends = np.cumsum([len(own) for own in tokens])
    half = int(ends[np.searchsorted(ends, ends[-1] / 2)]) if len(ends) > 1 else 0
    place_T = np.concatenate([np.arange(len(own)) for own in tokens])
    responses = varied(find_responses(values, masks, place_T, half))
    hidden_TH = values["hidden"]
    H = hidden_TH.shape[1]
    own_CH = answer_CK[:, direction * H : (direction + 1) * H] if answer_CK is not None else None
    order = telling_order(hidden_TH, None if own_CH is None else abs(own_CH).max(axis=0)) + 1
    words = _telling_words(tokens, hidden_TH, place_T)
    by_unit = {response.unit: response for response in responses}
    first = _one_of_each(responses) if own_CH is not None else list(by_unit)
    ranked = [*first, *(unit for unit in order.tolist() if unit not in first)]
    return [
        {
            "unit": unit,
            "words": words[unit - 1],
            **({"label": int(own_CH[:, unit - 1].argmax())} if own_CH is not None else {}),
            **({"response": {**_response(by_unit[unit]), "leads": unit in first}} if unit in by_unit else {}),
        }
        for unit in ranked
    ]


def _one_of_each(responses: Sequence[Response]) -> list[int]:
    """The units with the clearest response to each kind of token; the others speak for themselves by their labels."""
    kinds: dict[str, int] = {}
    for response in responses:
        kinds.setdefault(response.kind, response.unit)
    return list(kinds.values())


def _response(response: Response) -> dict[str, Any]:
    strength = round(response.strength, 3)
    return {
        **{"gate": response.gate, "kind": response.kind, "sign": response.sign},
        **{"strength": strength, "count": response.count},
    }


def _telling_words(tokens: list[list[str]], hidden_TH: NDArray[Any], place_T: NDArray[Any]) -> list[list[str]]:
    """For each unit, the words at which its hidden state changes most, on average; words seen once are left out."""
    before_TH = np.concatenate([np.zeros_like(hidden_TH[:1]), hidden_TH[:-1]])
    before_TH[place_T == 0] = 0
    change_TH = abs(hidden_TH - before_TH)
    flat = [token.strip().lower() for own in tokens for token in own]
    words = sorted({word for word in flat if word})
    index = {word: n for n, word in enumerate(words)}
    at_T = np.array([index.get(word, -1) for word in flat])
    count_W = np.bincount(at_T[at_T >= 0], minlength=len(words))
    total_WH = np.zeros((len(words), hidden_TH.shape[1]))
    np.add.at(total_WH, at_T[at_T >= 0], change_TH[at_T >= 0])
    mean_WH = np.where(count_W[:, None] > 1, total_WH / np.maximum(count_W, 1)[:, None], -1.0)
    best_HW = np.argsort(-mean_WH, axis=0, kind="stable")[:TELLING_WORDS].T
    return [[words[w] for w in row if count_W[w] > 1] for row in best_HW]


def _beginnings(texts: Sequence[str]) -> list[str]:
    """Beginnings of texts, for a model to go on."""
    return [text[:BEGINNING].rsplit(" ", 1)[0] if len(text) > BEGINNING else text for text in texts[:EXAMPLES]]


def _examples(texts: Sequence[str], tokens: Sequence[Sequence[str]]) -> list[str]:
    """Short texts to try, if possible with a negation or a contrast, of different scripts."""

    def worth(n: int) -> tuple[int, int]:
        kinds = token_kinds(tokens[n])
        return -int(kinds["negation"].any()) - int(kinds["contrast"].any()), n

    short = [n for n, text in enumerate(texts) if 12 <= len(text) <= EXAMPLE_LENGTH] or list(range(len(texts)))
    latin = [n for n in short if texts[n].isascii()]
    other = [n for n in short if not texts[n].isascii()]
    chosen = sorted(latin, key=worth)[: EXAMPLES // 2 if other else EXAMPLES]
    chosen += sorted(other, key=worth)[: EXAMPLES - len(chosen)]
    return [texts[n] for n in chosen]
