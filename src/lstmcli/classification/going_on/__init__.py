"""Going on with a classifier: new rows, new words and new labels for a model that was trained before."""
