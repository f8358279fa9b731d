"""Detectors of the rules of a procedure and of delivery: periods, numbers, deposits, subcontracts."""
