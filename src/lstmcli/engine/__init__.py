"""L1: running a saved model without PyTorch: the ONNX graph, its session, the n-gram table."""

import os

os.environ["ORT_DISABLE_TELEMETRY"] = "1"
"""Before ONNX Runtime is imported: from 1.32 on it keeps a record of every process under ``~/.cache/Microsoft``, and in
the folder for temporary files, and sends it to its maker.  Nothing of ours is sent anywhere (SECURITY.md)."""
