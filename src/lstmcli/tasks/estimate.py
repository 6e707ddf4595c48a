"""What a run will cost, before it starts."""

from __future__ import annotations

from lstmcli.results import Estimate

# A process with torch, tokenizers and datasets imported, before it holds any data.
BASE_BYTES = 450 * 2**20


def estimate(
    *,
    step_seconds: float,
    steps: int,
    epochs: int,
    valid_seconds: float,
    parameters: int,
    ngram_bytes: int,
    tokens: int,
    width: int,
    batch_tokens: int,
    hidden_floats: int,
    time_limit: float | None,
) -> Estimate:
    """Time from measured steps, memory and size from counts.

    Args:
        tokens, width: of the whole corpus, encoded; int32 rows a token.
        batch_tokens: of a large batch, padding included.
        hidden_floats: numbers kept for a token between forward and backward.
    """
    seconds = step_seconds * steps + valid_seconds * epochs
    if time_limit is not None:
        seconds = min(seconds, time_limit)
    # Weights, second moment, moving average, best so far, and a copy while validating.
    memory = (
        BASE_BYTES + 5 * 4 * parameters + 4 * tokens * width + 2 * 4 * batch_tokens * hidden_floats + 8 * ngram_bytes
    )
    model = 2 * 2 * parameters + ngram_bytes  # the weights, nearly all in half precision, and the graph repeats them
    return Estimate(seconds, memory, model)
