"""What is known of each address: its row in the frontier, when it is due, the state of its post, its whole story."""
