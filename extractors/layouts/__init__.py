"""Theme families, one file each: LAYOUT, and RANK, its place in the order of recognition (low is asked first)."""
