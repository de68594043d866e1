"""The routes of the door, and nothing else."""
