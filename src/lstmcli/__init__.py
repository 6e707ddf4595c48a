"""lstm: train, run, measure and explain LSTM models of text, from the command line and from Python.

The names below are loaded when they are first used, so that ``import lstmcli`` is fast.
"""

__version__ = "0.1.0"

TYPE_CHECKING = False  # type checkers know the name; importing ``typing`` takes milliseconds
if TYPE_CHECKING:
    from lstmcli import errors as errors
    from lstmcli.api import compare as compare
    from lstmcli.api import inspect as inspect
    from lstmcli.api import load as load
    from lstmcli.api import train as train
    from lstmcli.classification.label_errors import check_labels as check_labels
    from lstmcli.classification.predict import Classifier as Classifier
    from lstmcli.exporting.api import export as export
    from lstmcli.exporting.api import push as push
    from lstmcli.inspection.neighbours import neighbours as neighbours
    from lstmcli.language_modeling.predict import LanguageModel as LanguageModel
    from lstmcli.tuning.api import tune as tune

__all__ = [
    *("Classifier", "LanguageModel", "__version__", "check_labels", "compare", "errors", "export", "inspect", "load"),
    *("neighbours", "push", "train", "tune"),
]

_HOMES = {
    "Classifier": "lstmcli.classification.predict",
    "LanguageModel": "lstmcli.language_modeling.predict",
    "check_labels": "lstmcli.classification.label_errors",
    "compare": "lstmcli.api",
    "export": "lstmcli.exporting.api",
    "inspect": "lstmcli.api",
    "load": "lstmcli.api",
    "neighbours": "lstmcli.inspection.neighbours",
    "push": "lstmcli.exporting.api",
    "train": "lstmcli.api",
    "tune": "lstmcli.tuning.api",
}
"""The module of each name."""

if not TYPE_CHECKING:

    def __getattr__(name):
        from importlib import import_module

        if name == "errors":
            return import_module("lstmcli.errors")
        if name in _HOMES:
            return getattr(import_module(_HOMES[name]), name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

    def __dir__():
        return sorted(__all__)
