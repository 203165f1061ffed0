"""What outlives a run that was cut off: its journal, the results that were done, and what must be undone."""
