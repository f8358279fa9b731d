"""The explorer: a page in Vue, built by `python -m visualize.web` and served by the service."""
