"""What a model knows about when not to trust its answers: measured on the validation split, stored with the model."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, NoReturn

from lstmcli.classification.abstention import choose_threshold, from_json, share_of
from lstmcli.classification.novelty import Novelty
from lstmcli.errors import UsageError


class Trust:
    """``calibration`` is that of ``config.json``."""

    def __init__(self, calibration: Mapping[str, Any], multilabel: bool) -> None:
        self._calibration, self._multilabel = calibration, multilabel

    def threshold(self, *, abstain: str | float | None, max_error: str | float | None) -> float:
        """See ``Classifier.threshold``.  Raises: UsageError."""
        if (abstain is None) == (max_error is None):
            raise UsageError("give either abstain or max_error")
        curve = from_json(self._calibration.get("risk_coverage", ()))
        if not curve:
            self._fail("which threshold leaves texts out")
        if abstain is not None:
            return choose_threshold(curve, abstain=share_of(abstain, "abstain")).threshold
        assert max_error is not None
        return choose_threshold(curve, max_error=share_of(max_error, "max_error")).threshold

    @cached_property
    def novelty(self) -> Novelty:
        """Raises: UsageError."""
        return Novelty.from_json(self._calibration.get("novelty")) or self._fail("how new a text is to it")

    def _fail(self, what: str) -> NoReturn:
        if self._multilabel:
            raise UsageError(f"a model that gives several labels does not know {what}")
        raise UsageError(f"this model does not know {what}", hint="train it anew with this version")
