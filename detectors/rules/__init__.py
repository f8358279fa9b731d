"""Local values: read from a file, checked, and taken as of the date they are asked for."""
