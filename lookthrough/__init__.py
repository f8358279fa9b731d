"""Settings, composition, the command line and the demo world."""
