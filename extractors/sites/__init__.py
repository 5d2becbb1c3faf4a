"""Outlets, one file each, named for their domain. A file registers its Site and touches no list."""
