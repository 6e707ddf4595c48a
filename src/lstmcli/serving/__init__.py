"""Models over HTTP: ``lstm serve``."""
