"""What is known of each site: its lists of posts, its turns and schedule, its manners, its templates and its health."""
