"""The registry of tasks that ``lstm`` can train.

A task is a package with modules of agreed names (``config``, ``manifest``, ``train``, …) and one ``Task`` here.
Shared code asks the registry and never names a task itself.  A plug-in registers its ``Task`` as an entry point in the
group ``lstmcli.tasks``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from lstmcli.errors import UsageError

GROUP = "lstmcli.tasks"


@dataclass(frozen=True)
class Task:
    """A task, described as far as shared code needs without importing its package."""

    name: str
    """The name in ``config.json`` and for ``--task``."""
    title: str
    """With the article: "a classifier"."""
    plural: str
    package: str
    """The dotted name of its package."""
    config_key: str
    """The key of the settings in ``config.json``."""
    config_class: str
    """The class of the settings, in the package's ``config`` module."""
    default_dir: Path
    """Default model directory."""
    example: str
    """A typical name of a file to train on, for hints."""
    usage: str
    """Which commands read its models, as a sentence without full stop."""
    labelled: bool
    """Whether it trains on texts with labels."""
    paired: bool = False
    """Whether it trains on pairs of texts."""
    trial: str = ""
    """A command to try a new model, if there is one; ``{}`` is replaced by ``-m MODEL``."""
    features: Mapping[str, str] = field(default_factory=dict)
    """Functions of other packages that work with its models: feature to ``module:function``."""

    def module(self, name: str) -> Any:
        """A module of the task's package."""
        return import_module(f"{self.package}.{name}")

    def has_module(self, name: str) -> bool:
        """Whether the package has an optional module."""
        return find_spec(f"{self.package}.{name}") is not None

    @property
    def architecture(self) -> Any:
        """The module for ``lstm compare --cells``.  Raises: UsageError, if the task has none."""
        if not self.has_module("architecture"):
            raise UsageError(f"--cells does not apply to {self.plural}", hint=self.usage)
        return self.module("architecture")

    @property
    def settings_class(self) -> type[Any]:
        """The dataclass of the settings: ``read``, ``tokenizer``, ``model`` and ``train``."""
        result: type[Any] = getattr(self.module("config"), self.config_class)
        return result

    def feature(self, name: str) -> Callable[..., Any]:
        """The function behind a feature.

        Raises:
            UsageError: the task does not have the feature.
        """
        target = self.features.get(name)
        if target is None:
            raise UsageError(f"{name} does not apply to {self.plural}", hint=self.usage)
        module, _, function = target.partition(":")
        result: Callable[..., Any] = getattr(import_module(module), function)
        return result


CLASSIFICATION = Task(
    name="classify",
    title="a classifier",
    plural="classifiers",
    package="lstmcli.classification",
    config_key="classifier",
    config_class="ClassifierConfig",
    default_dir=Path("lstm-model/classifier"),
    example="data.csv",
    usage="`lstm classify` reads it",
    labelled=True,
    trial='lstm classify{} --text "…"',
    features={
        "load": "lstmcli.classification.predict:Classifier",
        "serve": "lstmcli.serving.operations:of_classifiers",
        "inspect": "lstmcli.inspection.classifier:open_classifier",
        "compare": "lstmcli.comparison.compare:compare_classifiers",
        "export --to onnx": "lstmcli.exporting.classifier:onnx",
        "word vectors": "lstmcli.inspection.word_vectors:of_classifier",
        "export --to vectors": "lstmcli.exporting.vectors:vectors",
        "export --to c": "lstmcli.exporting.c_classifier:program",
        "export --to html": "lstmcli.exporting.html:classifier",
        "export --to html --beside": "lstmcli.exporting.page_model:classifier_data",
        "export --to hf": "lstmcli.exporting.hub:hf",
    },
)
LANGUAGE_MODELING = Task(
    name="lm",
    title="a language model",
    plural="language models",
    package="lstmcli.language_modeling",
    config_key="lm",
    config_class="LmConfig",
    default_dir=Path("lstm-model/lm"),
    example="book.txt",
    usage="`lstm generate` and `lstm perplexity` read it",
    labelled=False,
    trial='lstm generate{} "…"',
    features={
        "load": "lstmcli.language_modeling.predict:LanguageModel",
        "train --init-from": "lstmcli.language_modeling.transfer:parts",
        "serve": "lstmcli.serving.operations:of_language_models",
        "inspect": "lstmcli.inspection.language_model:open_language_model",
        "compare": "lstmcli.comparison.compare:compare_language_models",
        "export --to onnx": "lstmcli.exporting.language_model:onnx",
        "word vectors": "lstmcli.inspection.word_vectors:of_language_model",
        "export --to vectors": "lstmcli.exporting.vectors:vectors",
        "export --to html": "lstmcli.exporting.html:language_model",
        "export --to html --beside": "lstmcli.exporting.page_model:language_model_data",
        "export --to hf": "lstmcli.exporting.hub:hf",
    },
)
TRANSLATION = Task(
    name="translate",
    title="a translator",
    plural="translators",
    package="lstmcli.translation",
    config_key="translator",
    config_class="TranslatorConfig",
    default_dir=Path("lstm-model/translator"),
    example="pairs.csv",
    usage="`lstm translate` and `lstm perplexity` read it",
    labelled=False,
    paired=True,
    trial='echo "…" | lstm translate{}',
    features={
        "load": "lstmcli.translation.predict:Translator",
        "inspect": "lstmcli.inspection.translator:open_translator",
        "compare": "lstmcli.comparison.translators:compare_translators",
        "export --to onnx": "lstmcli.exporting.translator:onnx",
        "word vectors": "lstmcli.inspection.word_vectors:of_translator",
        "export --to vectors": "lstmcli.exporting.vectors:of_both_sides",
        "export --to hf": "lstmcli.exporting.hub:hf",
        "serve": "lstmcli.serving.operations:of_translators",
    },
)
BUILT_IN = {task.name: task for task in (CLASSIFICATION, LANGUAGE_MODELING, TRANSLATION)}


def find_task(name: str) -> Task | None:
    """The built-in or plug-in task of that name; None if there is none."""
    return BUILT_IN.get(name) or next((task for task in _plug_ins() if task.name == name), None)


def require_task(name: str) -> Task:
    """The task of that name.

    Raises:
        UsageError: there is none.
    """
    result = find_task(name)
    if result is None:
        names = ", ".join(task.name for task in all_tasks())
        raise UsageError(f"there is no task {name!r}", hint=f"the tasks are {names}")
    return result


def all_tasks() -> list[Task]:
    """All tasks, built-in ones first."""
    return [*BUILT_IN.values(), *_plug_ins()]


def task_of(settings: Any) -> Task:
    """The task of a settings object."""
    kind = type(settings)
    return next(t for t in all_tasks() if (f"{t.package}.config", t.config_class) == (kind.__module__, kind.__name__))


def task_for(*, labelled: bool = False, paired: bool = False) -> Task:
    """The default task for a corpus with or without labels or pairs."""
    return next(task for task in BUILT_IN.values() if (task.labelled, task.paired) == (labelled, paired))


def _plug_ins() -> Iterator[Task]:
    from importlib.metadata import entry_points

    for point in entry_points(group=GROUP):
        try:
            result = point.load()
        except Exception as error:  # a plug-in may raise anything
            message = f"the plug-in {point.value}, which adds the task {point.name}, cannot be loaded: {error}"
            raise UsageError(message, hint="update or uninstall its package") from error
        if isinstance(result, Task) and result.name not in BUILT_IN:
            yield result
