"""Language models made in a moment: in numpy, exact and readable; or a real but untrained network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstmcli.config import to_dict
from lstmcli.language_modeling.config import LmConfig, LmModelConfig
from lstmcli.model_dir.directory import write_model
from lstmcli.scoring.results import LmReport
from lstmcli.tokenization.config import LmTokenizerConfig
from lstmcli.tokenization.stream_encoder import StreamEncoder
from support.models import description

LINES = (
    "the cat sat on the mat",
    "the <unk> sat down , and then there was nothing more",
    "",
    "a cat is a cat , they say",
    "   ",
    "他们说这部电影很好看",
    "我喜欢 the movie",
    "nothing",
)
KINDS = {
    "words": LmTokenizerConfig("word", "spaces", "lines"),
    "text": LmTokenizerConfig("word", "text", "lines"),
    "bpe": LmTokenizerConfig("bpe", mode="document", vocab_size=330),
    "unigram": LmTokenizerConfig("unigram", mode="lines", vocab_size=90),
    "char": LmTokenizerConfig("char", mode="document"),
    "byte": LmTokenizerConfig("byte", mode="lines"),
}


def encoder(kind: str = "words", lines: Sequence[str] = LINES, **changes: Any) -> StreamEncoder:
    return StreamEncoder.train(lines, replace(KINDS[kind], **changes))


class Recurrent:
    """A network of one state, in double precision; notes what it was asked."""

    def __init__(self, vocab_size: int, seed: int = 0) -> None:
        random = np.random.default_rng(seed)
        self.vocab_size = vocab_size
        self._in, self._out = random.normal(size=(vocab_size, 3)), random.normal(size=(3, vocab_size))
        self.shapes: list[tuple[int, ...]] = []

    def zero_state(self, B: int) -> tuple[NDArray[np.float64]]:
        return (np.zeros((1, B, 3)),)

    def logits(self, ids_TB: Any, state: Any) -> Any:
        self.shapes.append(ids_TB.shape)
        (h_1BH,) = state
        h, found = h_1BH[0], []
        for ids_B in ids_TB:
            h = np.tanh(0.7 * h + self._in[ids_B])
            found.append(h @ self._out)
        return np.stack(found), (h[None],)

    def score(self, ids_TB: Any, targets_TB: Any, state: Any, *, entropy: bool = False) -> Any:
        logits, state = self.logits(ids_TB, state)
        log_p = logits - np.log(np.exp(logits).sum(-1, keepdims=True))
        nats = -np.take_along_axis(log_p, targets_TB[..., None].astype(np.int64), -1)[..., 0]
        return nats, -(np.exp(log_p) * log_p).sum(-1) if entropy else None, state

    def hidden(self, ids_TB: Any, targets_TB: Any, state: Any) -> Any:
        nats, _, after = self.score(ids_TB, targets_TB, state)
        states = []
        for ids_B in ids_TB:
            _, state = self.logits(ids_B[None], state)
            states.append(state[0][0])
        return nats, np.stack(states), after


class Uniform(Recurrent):
    """All that follows is equally likely."""

    def logits(self, ids_TB: Any, state: Any) -> Any:
        return np.zeros((*ids_TB.shape, self.vocab_size)), state


@dataclass
class Fake:
    """A model for tasks: any encoder, any session."""

    encoder: Any
    session: Any
    mode: str = "lines"
    workers: int = 1
    oov_rule: str = "as it likes"
    path: Path = Path("fake")

    @property
    def together(self) -> Any:
        return self.session

    @property
    def apart(self) -> tuple[Any, int]:
        return self.session, self.workers


def fake(kind: str = "words", session: type[Recurrent] = Recurrent, **more: Any) -> Fake:
    found = encoder(kind)
    return Fake(found, session(found.vocab_size), found.config.mode, **more)


SMALL = LmModelConfig(embedding=6, hidden=8, layers=2)


def untrained_lm(
    target: Path, kind: str = "words", lines: Sequence[str] = LINES, model: LmModelConfig = SMALL, **changes: Any
) -> Path:
    """A model that every engine can load; its weights are random."""
    import torch
    from safetensors.numpy import save

    from lstmcli.language_modeling.graph import language_model_graph
    from lstmcli.language_modeling.network import LanguageModel

    torch.manual_seed(0)
    tokenizer = encoder(kind, lines)
    config = LmConfig(tokenizer=tokenizer.config, model=model)
    weights = {
        name: np.ascontiguousarray(value * 3)
        for name, value in LanguageModel(config.model, tokenizer.vocab_size).tensors().items()
    }
    files = {
        "model.safetensors": save(weights),
        "tokenizer.json": tokenizer.to_json().encode(),
        "model.onnx": language_model_graph(weights, config.model).serialise(),
    }
    report = LmReport.of(60.0, tokens=20, words=12, characters=50, bytes=50, lines=2)
    about = description(task="lm", lm=to_dict(config), **{"metrics": {"valid": to_dict(report)}, **changes})
    for name in ("labels", "multilabel", "classifier", "calibration"):
        about.pop(name, None)
    write_model(target, files, about, force=False)
    return target
