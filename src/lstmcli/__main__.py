"""``python -m lstmcli`` and the ``lstm`` command."""

from __future__ import annotations

import sys


def main() -> None:
    try:
        from lstmcli.cli.app import run

        run()
    except KeyboardInterrupt:  # before a command has started
        sys.stderr.write("interrupted\n")
        sys.exit(130)


if __name__ == "__main__":
    main()
