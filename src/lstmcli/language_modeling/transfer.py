"""The parts of a language model that a classifier may start from."""

from __future__ import annotations

from lstmcli.language_modeling.load import read_encoder, read_weights
from lstmcli.model_dir.directory import ModelDir
from lstmcli.model_dir.transfer import LanguageModelParts, weights_checksum


def parts(model: ModelDir) -> LanguageModelParts:
    """Raises: ModelError."""
    encoder = read_encoder(model, backward=True)
    weights, settings = read_weights(model, encoder), model.settings.model
    layers = [
        {name.rpartition(".")[2]: value for name, value in weights.items() if name.startswith(f"stack.layers.{depth}.")}
        for depth in range(settings.layers)
    ]
    full = settings.softmax == "full"
    return LanguageModelParts(
        path=model.path,
        checksum=weights_checksum(model.config),
        tokenizer_json=encoder.to_json(),
        moved=encoder.moved.shift,
        lead=encoder.leads,
        lowercase=encoder.config.lowercase,
        cell=settings.cell,
        widths=settings.widths,
        embedding_VE=weights["embedding"],
        layers=tuple(layers),
        decoder_VK=weights.get("decoder.weight", weights["embedding"]) if full else None,
        bias_V=weights["decoder.bias"] if full else None,
        backward=settings.backward,
    )
