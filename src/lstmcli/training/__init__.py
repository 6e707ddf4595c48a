"""Training for any task: run, loop, checkpoints, schedule, events."""
