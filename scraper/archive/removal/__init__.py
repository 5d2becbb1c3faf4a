"""Taking out for good: one article, or a whole site; and what is still known of it afterwards."""
