"""What the routes answer with, read from the graph."""
