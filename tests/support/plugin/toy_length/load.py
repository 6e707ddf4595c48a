"""From a model directory to lengths."""

from __future__ import annotations

from pathlib import Path

from lstmcli.engine.registry import choose_engine
from lstmcli.model_dir.directory import TOKENIZER, WEIGHTS, read_model
from lstmcli.model_dir.files import tensors, use_file
from lstmcli.tokenization.text_encoder import TextEncoder
from toy_length import TASK


def lengths(path: str | Path, texts: list[str]) -> list[float]:
    model = read_model(path, task=TASK)
    encoder = use_file(model, TOKENIZER, lambda data: TextEncoder.from_json(data.decode(), model.settings.tokenizer))
    engine = choose_engine(TASK, model.settings)
    session = use_file(
        model, WEIGHTS, lambda data: engine.open(TASK, model.settings, tensors(data), device="cpu", threads=1)
    )
    return [session.length(ids_TF[:, 0]) for ids_TF in encoder.encode(texts)]
