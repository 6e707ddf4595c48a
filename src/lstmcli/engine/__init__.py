"""Run a saved model without PyTorch: build an ONNX graph from its weights and run it in ONNX Runtime."""

import os

os.environ["ORT_DISABLE_TELEMETRY"] = "1"
"""Set before ONNX Runtime is imported: since version 1.32 it records every process under ``~/.cache/Microsoft`` and in
the temporary folder, and uploads the records.  This package sends nothing anywhere (SECURITY.md)."""
