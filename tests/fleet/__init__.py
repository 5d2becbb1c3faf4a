"""A fleet in earnest: engines, workers and schedulers of their own, killed and cut off. `make fleet-test` runs these."""
