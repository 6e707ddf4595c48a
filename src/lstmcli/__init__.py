"""lstm: train, run, measure and explain LSTM models of text, from the command line and from Python.

The names below are loaded when they are first used: ``import lstmcli`` takes no time.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from lstmcli import errors as errors
    from lstmcli.api import load as load
    from lstmcli.api import train as train
    from lstmcli.classification.predict import Classifier as Classifier
    from lstmcli.language_modeling.predict import LanguageModel as LanguageModel

__all__ = ["Classifier", "LanguageModel", "__version__", "errors", "load", "train"]

_HOMES = {
    "Classifier": "lstmcli.classification.predict",
    "LanguageModel": "lstmcli.language_modeling.predict",
    "load": "lstmcli.api",
    "train": "lstmcli.api",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    if name == "errors":
        return import_module("lstmcli.errors")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
