"""Measures Lookthrough against its budgets: `python -m bench`, in ratios within one run."""
