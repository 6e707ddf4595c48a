"""Search for the settings of a model within a time and a size."""
