"""The analysts' window: the archive as it may be shown, questions with answers ready, and the pages over both."""
