"""Detectors of ties between bidders: one frozen definition a file."""
