"""L1: running a saved model without PyTorch: the ONNX graph, its session, the n-gram table."""
