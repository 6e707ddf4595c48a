"""Turns the parameters of a command into settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lstmcli.cli.typer_classes import is_given
from lstmcli.options import chosen as chosen
from lstmcli.options import job_arguments as job_arguments
from lstmcli.options import read_config as read_config


def given_options(ctx: Any, values: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters given on the command line, as opposed to defaults."""
    return {name: value for name, value in values.items() if name != "ctx" and is_given(ctx, name)}
