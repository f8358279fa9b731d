"""Detectors: frozen definitions with their Cypher, and the runner."""
