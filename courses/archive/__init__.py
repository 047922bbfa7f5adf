"""A course in one file: written here, read elsewhere, and the second reading changes nothing."""
