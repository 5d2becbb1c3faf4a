"""Finding articles and quotes by their words."""
