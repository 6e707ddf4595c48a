"""L2: what the commands do. Tasks take configs and iterables, yield events or return results; they never print."""
