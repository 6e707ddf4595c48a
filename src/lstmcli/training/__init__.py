"""What training is for every task: loop, checkpoints, schedule, events."""
