"""``--engine``: the inference engine, from the engine registry."""

from __future__ import annotations

from typing import Annotated, Any

from lstmcli.cli.options.common import option
from lstmcli.engine.registry import AUTO, VARIABLE, engine_names

COMPUTING = "Computing"


def _engine(names: tuple[str, ...], fallback: str, text: str, panel: str | None = None) -> Any:
    default = f"${VARIABLE}, else {fallback}; torch with --device cuda"
    return option("--engine", panel=panel, among=names, show_default=default, text=text)


_NATIVE = "native where it runs the model, else onnx"
Engine = Annotated[
    str | None,
    _engine(
        engine_names(),
        _NATIVE,
        "Inference engine: native, onnx and torch are exact; fast and int8 are faster but approximate.",
    ),
]
ScoringEngine = Annotated[
    str | None,
    _engine(
        engine_names(scoring=True),
        _NATIVE,
        "Inference engine: native, onnx and torch are exact; fast is faster but approximate.",
    ),
]
GeneratingEngine = Annotated[
    str | None,
    _engine(
        (AUTO, *engine_names()),
        "auto, or onnx with --lines or --file",
        "Inference engine: native, onnx and torch are exact, int8 much faster but approximate; auto is int8 if the "
        "model has it.",
        COMPUTING,
    ),
]
