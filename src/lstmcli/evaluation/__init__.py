"""Statistics for results of any task."""
