"""``python -m lstmcli`` and the ``lstm`` command."""

from __future__ import annotations


def main() -> None:
    from lstmcli.cli.app import run

    run()


if __name__ == "__main__":
    main()
