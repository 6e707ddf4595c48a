"""``python -m lstmcli`` and the ``lstm`` command."""

from lstmcli.safe_path import clean_search_path

clean_search_path(started_with_m=__name__ == "__main__")

import sys  # noqa: E402

from lstmcli.errors import LstmError  # noqa: E402


def _said(fault: LstmError) -> int:
    sys.stderr.write(f"error: {fault}\nhint: {fault.hint}\n")
    return fault.exit_code


def main() -> None:
    try:
        from lstmcli.cli.app import run

        run()
    except ImportError as error:  # while modules are loaded, before there is a command
        from lstmcli.faults import bad_package

        if (fault := bad_package(error)) is None:
            raise
        raise SystemExit(_said(fault)) from None
    except KeyboardInterrupt:  # while modules are loaded, before there is a command
        raise SystemExit(130) from None


if __name__ == "__main__":
    main()
