"""The model directory: reading, writing, describing."""
