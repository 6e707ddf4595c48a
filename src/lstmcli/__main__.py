"""``python -m lstmcli`` and the ``lstm`` command."""

import gc

from lstmcli.safe_path import clean_search_path

clean_search_path(started_with_m=__name__ == "__main__")

FIRST_COLLECTION = 200_000
"""Objects at which garbage is collected for the first time; what is imported at the start is none."""


def put_off_collections() -> None:
    """Collect no garbage while the program starts, and as usual after the first collection."""
    usual = gc.get_threshold()

    def restore(phase: str, _: dict[str, int]) -> None:
        if phase == "stop":
            gc.set_threshold(*usual)
            gc.callbacks.remove(restore)

    gc.callbacks.append(restore)
    gc.set_threshold(FIRST_COLLECTION)


def main() -> None:
    put_off_collections()
    try:
        from lstmcli.cli.app import run

        run()
    except ImportError as error:  # while modules are imported, before a command runs
        from lstmcli.faults import bad_package

        if (fault := bad_package(error)) is None:
            raise
        from lstmcli.cli.fault import end_with

        end_with(fault)
    except KeyboardInterrupt:  # while modules are imported, before a command runs
        raise SystemExit(130) from None


if __name__ == "__main__":
    main()
