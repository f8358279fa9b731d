"""Where the graph lives: one contract, two engines."""
