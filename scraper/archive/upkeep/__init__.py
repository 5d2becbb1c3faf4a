"""Keeping the file well: backups, what left it, what ails it, whether it is sound."""
