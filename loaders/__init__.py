"""Files in: each format becomes model records with their provenance."""
