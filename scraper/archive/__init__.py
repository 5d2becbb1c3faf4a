"""The archive: one SQLite file, its rooms around `store.py` and the one transaction in `visits.py`."""
