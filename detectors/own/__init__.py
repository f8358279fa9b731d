"""Operators' own detectors: read from a file, under the same checks as the product's."""
