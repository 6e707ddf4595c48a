"""Going on from a saved model (``--from``, ``--replay``): what is the same for every task."""
