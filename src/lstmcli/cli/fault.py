"""The end of a process in which a package is missing: before there is a console to show errors on."""

from __future__ import annotations

import sys
from typing import NoReturn

from lstmcli.errors import LstmError


def end_with(fault: LstmError) -> NoReturn:
    """Raises: SystemExit with the code of the error."""
    from lstmcli.cli.language import of_message

    sys.stderr.write(f"{of_message(f'error: {fault}')}\n{of_message(f'hint: {fault.hint}')}\n")
    raise SystemExit(fault.exit_code)
