"""Who speaks: the people of an archive, how they are told apart, and whose names stay in the house."""
