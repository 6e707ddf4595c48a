"""The registry of tasks: what ``lstm`` can train, and where its code is.

A task is a package with modules of agreed names (``config``, ``manifest``, ``card``, ``train``, ``load``, …) and one
``Task`` here.  Shared code asks the registry and never names a task itself.  A task from
another distribution registers by an entry point in the group ``lstmcli.tasks`` whose value is a ``Task``.
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
    """One task, as far as shared code needs to know it without importing its package."""

    name: str
    """In ``config.json``, and after ``--task``."""
    title: str
    """With its article: "a classifier"."""
    plural: str
    package: str
    """Where its modules are, dotted."""
    config_key: str
    """Under which ``config.json`` keeps the settings."""
    config_class: str
    """Of the settings, in the package's ``config`` module."""
    default_dir: Path
    """Where ``lstm train`` writes a model and the other commands look for one."""
    example: str
    """A file name of the kind of data that it learns from, for hints."""
    usage: str
    """Which commands read its models, as a sentence without its full stop."""
    labelled: bool
    """It learns from texts with labels."""
    trial: str = ""
    """The command to try a new model with, if the task has one; ``{}`` is where ``-m MODEL`` goes."""
    features: Mapping[str, str] = field(default_factory=dict)
    """What other packages do with its models: feature to ``module:function``."""

    def module(self, name: str) -> Any:
        """A module of the task's package."""
        return import_module(f"{self.package}.{name}")

    def has_module(self, name: str) -> bool:
        """Whether the package has a module that not every task needs."""
        return find_spec(f"{self.package}.{name}") is not None

    @property
    def architecture(self) -> Any:
        """What a comparison of cells asks.  Raises: UsageError, the task has no such module."""
        if not self.has_module("architecture"):
            raise UsageError(f"--cells does not apply to {self.plural}", hint=self.usage)
        return self.module("architecture")

    @property
    def settings_class(self) -> type[Any]:
        """The dataclass of the settings: ``read``, ``tokenizer``, ``model`` and ``train``."""
        found: type[Any] = getattr(self.module("config"), self.config_class)
        return found

    def feature(self, name: str) -> Callable[..., Any]:
        """The function behind a feature.

        Raises:
            UsageError: the task does not have it.
        """
        target = self.features.get(name)
        if target is None:
            raise UsageError(f"{name} does not apply to {self.plural}", hint=self.usage)
        module, _, function = target.partition(":")
        found: Callable[..., Any] = getattr(import_module(module), function)
        return found


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
        "inspect": "lstmcli.inspection.classifier:open_classifier",
        "compare": "lstmcli.comparison.compare:compare_classifiers",
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
        "inspect": "lstmcli.inspection.language_model:open_language_model",
        "compare": "lstmcli.comparison.compare:compare_language_models",
    },
)
BUILT_IN = {task.name: task for task in (CLASSIFICATION, LANGUAGE_MODELING)}


def find_task(name: str) -> Task | None:
    """The task of that name, built in or from another distribution; None where there is none."""
    return BUILT_IN.get(name) or next((task for task in _plug_ins() if task.name == name), None)


def require_task(name: str) -> Task:
    """The task of that name.

    Raises:
        UsageError: there is none.
    """
    found = find_task(name)
    if found is None:
        names = ", ".join(task.name for task in all_tasks())
        raise UsageError(f"there is no task {name!r}", hint=f"the tasks are {names}")
    return found


def all_tasks() -> list[Task]:
    """Those built in first."""
    return [*BUILT_IN.values(), *_plug_ins()]


def task_of(settings: Any) -> Task:
    """The task that settings belong to."""
    kind = type(settings)
    return next(t for t in all_tasks() if (f"{t.package}.config", t.config_class) == (kind.__module__, kind.__name__))


def task_for(*, labelled: bool) -> Task:
    """The task that a corpus with or without labels is for, where nobody said."""
    return next(task for task in BUILT_IN.values() if task.labelled == labelled)


def _plug_ins() -> Iterator[Task]:
    from importlib.metadata import entry_points

    for point in entry_points(group=GROUP):
        try:
            found = point.load()
        except Exception as error:  # whatever a stranger's module raises
            message = f"the plug-in {point.value}, which adds the task {point.name}, cannot be loaded: {error}"
            raise UsageError(message, hint="update or uninstall its package") from error
        if isinstance(found, Task) and found.name not in BUILT_IN:
            yield found
