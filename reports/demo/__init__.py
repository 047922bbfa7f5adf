"""The demonstration organisation: an invented county, its members and a year of what they studied."""
