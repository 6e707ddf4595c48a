"""The trials of a search, on disk beside the model, and what Optuna makes of them."""

from __future__ import annotations

import json
import shutil
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lstmcli.errors import OutputError, UsageError
from lstmcli.tuning.results import Importance

FEW = 6
"""With fewer trials that ended, nothing is said of what mattered."""
STARTUP, WARMUP = 4, 1
"""Trials and epochs before a trial may be given up."""


DEFAULTS = "defaults"
"""The note on a trial that it is that of the defaults, and on a study what these are."""
SEEDS = 2**32
"""Optuna's seeds are smaller."""


@dataclass
class DefaultTrial:
    """The trial of the defaults: what they are is known once training has read the data, so Optuna is told at the end.

    Journals of earlier versions have none: their first trial had other settings.
    """

    number: int
    """From 0, as Optuna counts."""
    known: Any = None
    """A trial of Optuna with the settings that are varied."""
    reported: dict[int, float] = field(default_factory=dict)
    """The metric after each epoch."""


def journal_folder(output: Path) -> Path:
    """The folder of a search whose model is in ``output``."""
    return output.with_name(output.name + ".tune")


class Journal:
    """A study of Optuna, kept in a file."""

    def __init__(self, output: Path, identity: Mapping[str, Any], *, seed: int, resume: bool, force: bool) -> None:
        """
        Args:
            identity: what must be the same to continue a search.

        Raises:
            UsageError: Optuna is not installed, or the search to continue is of other data or options.
            OutputError: a search is there, and neither ``resume`` nor ``force`` is given.
        """
        self.optuna = optuna = import_optuna()
        self.folder = journal_folder(output)
        file = self.folder / "journal.log"
        there = file.exists()
        if there and not (resume or force):
            hint = "continue it with --resume, or start again with --force"
            raise OutputError("there is a search already", path=self.folder, hint=hint)
        if there and not resume:
            shutil.rmtree(self.folder)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputError(f"cannot be written: {error.strerror}", path=self.folder) from error
        storage = optuna.storages.JournalStorage(optuna.storages.journal.JournalFileBackend(str(file)))
        pruner = optuna.pruners.MedianPruner(n_startup_trials=STARTUP, n_warmup_steps=WARMUP)
        self.study = optuna.create_study(
            storage=storage,
            study_name="tune",
            pruner=pruner,
            direction="maximize",
            load_if_exists=True,
        )
        text = json.dumps(identity, sort_keys=True)
        if self.study.user_attrs.get("identity", text) != text:
            hint = "give the same SOURCE and options, or start again with --force"
            raise UsageError("the search to continue is of other data or options", hint=hint)
        self.study.set_user_attr("identity", text)
        # With the seed of the trials before, the random ones among those to come would be the same again.
        own = (seed + len(self.study.trials)) % SEEDS
        self.study.sampler = optuna.samplers.TPESampler(seed=own, multivariate=True, n_startup_trials=STARTUP + 1)
        self.goes_on = bool(self._ended)
        self.spent = sum(float(trial.user_attrs["seconds"]) for trial in self._ended)
        """Seconds of the trials of earlier runs."""

    @property
    def _ended(self) -> list[Any]:
        return [trial for trial in self.study.trials if "seconds" in trial.user_attrs]

    @property
    def _finished(self) -> list[Any]:
        states = self.optuna.trial.TrialState
        return [trial for trial in self._ended if trial.state == states.COMPLETE]

    @property
    def count(self) -> int:
        """Trials that ended in any way."""
        return len(self._ended)

    @property
    def pruned(self) -> int:
        return sum(trial.user_attrs["outcome"] == "pruned" for trial in self._ended)

    @property
    def best(self) -> Any:
        return max(self._finished, key=lambda trial: trial.value)

    @property
    def best_value(self) -> float | None:
        return float(self.best.value) if self._finished else None

    @property
    def default_trial(self) -> Any:
        """The trial of the defaults, if it ended, perhaps by its limit of time; else None."""
        return next((trial for trial in self._finished if _is_default(trial)), None)

    @property
    def defaults(self) -> dict[str, Any]:
        """What is varied, as it is by default for these data; {}: not known."""
        return dict(self.study.user_attrs.get(DEFAULTS, {}))

    @property
    def shortest(self) -> float | None:
        return min((float(trial.user_attrs["seconds"]) for trial in self._finished), default=None)

    def ask(self) -> Any:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return self.study.ask()

    def ask_defaults(self) -> DefaultTrial:
        return DefaultTrial(len(self.study.trials))

    def know_defaults(
        self, trial: DefaultTrial, values: Mapping[str, Any], suggest: Callable[[Any, Mapping[str, Any]], object]
    ) -> None:
        """Write down what the defaults are.

        Args:
            suggest: takes what is varied from a trial of Optuna, with the ranges that such defaults have.
        """
        trial.known = self.optuna.trial.FixedTrial(dict(values))
        suggest(trial.known, values)
        self.study.set_user_attr(DEFAULTS, dict(values))

    def behind(self, trial: Any, value: float, epoch: int) -> bool:
        """Whether a trial is worse after so many epochs than half of those before it; that of the defaults goes on."""
        if isinstance(trial, DefaultTrial):
            trial.reported[epoch] = value
            return False
        trial.report(value, epoch)
        return bool(trial.should_prune())

    def tell(self, trial: Any, value: float | None, outcome: str, about: Mapping[str, Any]) -> None:
        """Write down how a trial ended."""
        states = self.optuna.trial.TrialState
        state = states.COMPLETE if value is not None else states.PRUNED if outcome == "pruned" else states.FAIL
        notes = {**about, "outcome": outcome}
        if isinstance(trial, DefaultTrial):
            known = (
                {}
                if trial.known is None
                else {name: getattr(trial.known, name) for name in ("params", "distributions")}
            )
            notes[DEFAULTS] = True
            told = self.optuna.trial.create_trial(
                state=state, value=value, user_attrs=notes, intermediate_values=trial.reported, **known
            )
            self.study.add_trial(told)
            return
        for name, each in notes.items():
            trial.set_user_attr(name, each)
        self.study.tell(trial, value, state=state)

    def importances(self) -> tuple[Importance, ...]:
        """What mattered, most first."""
        if len(self._finished) < FEW:
            return ()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            evaluator = self.optuna.importance.PedAnovaImportanceEvaluator()
            try:
                found = self.optuna.importance.get_param_importances(self.study, evaluator=evaluator)
            except (ValueError, RuntimeError):  # such as all trials alike
                return ()
        return tuple(Importance(name, float(share)) for name, share in found.items() if share > 0)


def _is_default(trial: Any) -> bool:
    return bool(trial.user_attrs.get(DEFAULTS)) and trial.user_attrs["outcome"] == "finished"


def import_optuna() -> Any:
    """Raises: UsageError, if it is not installed."""
    try:
        import optuna
    except ImportError as error:
        if (error.name or "").split(".")[0] != "optuna":
            raise
        hint = "pip install 'lstmcli[tune]'"
        raise UsageError("tuning needs Optuna, which is not installed", hint=hint) from error
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    warnings.filterwarnings("ignore", category=optuna.exceptions.ExperimentalWarning)
    return optuna
