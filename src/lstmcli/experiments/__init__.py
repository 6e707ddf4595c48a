"""Train architectures under equal conditions and compare them."""
