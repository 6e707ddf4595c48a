"""``python -m lstmcli`` and the ``lstm`` command."""

from lstmcli.safe_path import clean_search_path

clean_search_path(started_with_m=__name__ == "__main__")


def main() -> None:
    try:
        from lstmcli.cli.app import run

        run()
    except ImportError as error:  # while modules are imported, before a command runs
        from lstmcli.faults import bad_package

        if (fault := bad_package(error)) is None:
            raise
        raise SystemExit(f"error: {fault}\nhint: {fault.hint}") from None  # prints the message; exit code 1
    except KeyboardInterrupt:  # while modules are imported, before a command runs
        raise SystemExit(130) from None


if __name__ == "__main__":
    main()
