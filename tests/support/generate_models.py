"""Language models made in a moment: a real tokenizer and network, weights that are random."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstmcli.cells import CELLS
from lstmcli.config import to_dict
from lstmcli.language_modeling.config import LmConfig, LmModelConfig
from lstmcli.model_dir.directory import write_model
from lstmcli.tokenization.config import LmTokenizerConfig
from support.models import description

LINES = (
    "the cat sat on the mat , and the dog saw it .",
    "a dog and a cat : what a <unk> pair !",
    "the mat was old",
    "它在垫子上，看着狗。 naïve 😀",
    "it was the dog that saw the cat",
)


def lm_config(
    kind: str = "char", mode: str = "lines", *, words: str = "text", vocab_size: int | None = None, **model: Any
) -> LmConfig:
    tokenizer = LmTokenizerConfig(kind=kind, words=words, mode=mode, vocab_size=vocab_size)
    return LmConfig(tokenizer=tokenizer, model=LmModelConfig(**{"embedding": 6, "hidden": 8, "layers": 2, **model}))


def random_weights(config: LmModelConfig, vocab_size: int, spread: float = 1.0) -> dict[str, NDArray[np.float32]]:
    random = np.random.default_rng(3)
    shapes: dict[str, tuple[int, ...]] = {
        "embedding": (vocab_size, config.embedding),
        "decoder.bias": (vocab_size,),
    }
    inputs = config.embedding
    for layer, H in enumerate(config.widths):
        own = CELLS[config.cell].weights(inputs, H)
        shapes |= {f"stack.layers.{layer}.0.{name}": weight.shape for name, weight in own.items()}
        inputs = H
    if not config.tied:
        shapes["decoder.weight"] = (vocab_size, inputs)
    return {name: random.uniform(-spread, spread, shape).astype(np.float32) for name, shape in shapes.items()}


def untrained_language_model(
    target: Path,
    config: LmConfig | None = None,
    *,
    int8: bool = False,
    spread: float = 1.0,
    endless: bool = False,
    **changes: Any,
) -> Path:
    """A directory that every engine can load; ``spread`` 0 makes the model uniform, and ``endless`` no text end."""
    from safetensors.numpy import save

    from lstmcli.language_modeling.graph import language_model_graph
    from lstmcli.tokenization.stream_encoder import StreamEncoder

    config = config or lm_config()
    encoder = StreamEncoder.train(LINES, config.tokenizer)
    weights = random_weights(config.model, encoder.vocab_size, spread)
    if endless:
        weights["decoder.bias"][0] = -1000.0
    files = {
        "model.safetensors": save(dict(weights)),
        "tokenizer.json": encoder.to_json().encode(),
        "model.onnx": language_model_graph(weights, config.model).serialise(),
    }
    tokenizer = {"kind": config.tokenizer.kind, "vocab_size": encoder.vocab_size}
    about = description(task="lm", lm=to_dict(config), tokenizer=tokenizer, int8=int8, **changes)
    write_model(target, files, about, force=False)
    return target
