"""Detectors of recipients of benefits: one frozen definition a file."""
