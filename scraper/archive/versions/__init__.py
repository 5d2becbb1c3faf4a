"""What changed, and when: revisions, what each edit did, kept pages read anew, the archive as it was."""
