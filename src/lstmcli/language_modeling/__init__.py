"""The task of language modelling."""
