"""lstm: train, run, measure and explain LSTM models of text from the command line."""

__version__ = "0.1.0"
