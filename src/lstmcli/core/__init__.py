"""L1: the LSTM core in PyTorch. Token ids in, tensors out; it knows nothing of text."""
