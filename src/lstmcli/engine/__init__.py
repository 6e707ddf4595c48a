"""Run a saved model without PyTorch: build an ONNX graph from its weights and run it in ONNX Runtime."""
