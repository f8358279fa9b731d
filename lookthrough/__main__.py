"""`python -m lookthrough` is the command line."""

from lookthrough.cli import main

main()
