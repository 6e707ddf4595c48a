"""Choices and checks that the training of every task shares."""

from __future__ import annotations

from lstmcli.errors import UsageError

SCHEDULES: tuple[str, ...] = ("linear", "cosine", "onecycle", "constant")

OPTIMIZERS: tuple[str, ...] = ("adamw", "sgd")

MOST_SEED = 2**63 - 1

PRECISIONS: tuple[str, ...] = ("auto", "fp32", "bf16")


def check_clock(time_limit: float | None, deterministic: bool) -> None:
    if deterministic and time_limit is not None:
        message = "--deterministic and a limit of time contradict each other: no clock runs twice alike"
        raise UsageError(message, hint="say how long with --epochs")
