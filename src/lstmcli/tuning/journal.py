"""The trials of a search, on disk beside the model, and what Optuna makes of them."""

from __future__ import annotations

import json
import shutil
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lstmcli.errors import OutputError, UsageError
from lstmcli.tuning.results import Importance

FEW = 6
"""With fewer trials that ended, nothing is said of what mattered."""
STARTUP, WARMUP = 4, 1
"""Trials and epochs before a trial may be given up."""


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
        sampler = optuna.samplers.TPESampler(seed=seed, multivariate=True, n_startup_trials=STARTUP + 1)
        pruner = optuna.pruners.MedianPruner(n_startup_trials=STARTUP, n_warmup_steps=WARMUP)
        self.study = optuna.create_study(
            storage=storage,
            study_name="tune",
            sampler=sampler,
            pruner=pruner,
            direction="maximize",
            load_if_exists=True,
        )
        text = json.dumps(identity, sort_keys=True)
        if self.study.user_attrs.get("identity", text) != text:
            hint = "give the same SOURCE and options, or start again with --force"
            raise UsageError("the search to continue is of other data or options", hint=hint)
        self.study.set_user_attr("identity", text)
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
    def first_value(self) -> float | None:
        first = next((trial for trial in self._finished if trial.number == 0), None)
        return None if first is None else float(first.value)

    @property
    def shortest(self) -> float | None:
        return min((float(trial.user_attrs["seconds"]) for trial in self._finished), default=None)

    def enqueue(self, settings: Mapping[str, Any]) -> None:
        """Try these settings first."""
        self.study.enqueue_trial(dict(settings))

    def ask(self) -> Any:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return self.study.ask()

    def behind(self, trial: Any, value: float, epoch: int) -> bool:
        """Whether a trial is worse after so many epochs than half of those before it."""
        trial.report(value, epoch)
        return bool(trial.should_prune())

    def tell(self, trial: Any, value: float | None, outcome: str, about: Mapping[str, Any]) -> None:
        """Write down how a trial ended."""
        states = self.optuna.trial.TrialState
        for name, each in {**about, "outcome": outcome}.items():
            trial.set_user_attr(name, each)
        if value is not None:
            self.study.tell(trial, value)
        else:
            self.study.tell(trial, state=states.PRUNED if outcome == "pruned" else states.FAIL)

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
