"""``python -m lstmcli`` and the ``lstm`` command."""

from __future__ import annotations


def main() -> None:
    try:
        from lstmcli.cli.app import run

        run()
    except KeyboardInterrupt:  # while modules are loaded, before there is a command
        raise SystemExit(130) from None


if __name__ == "__main__":
    main()
