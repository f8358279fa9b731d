"""Layout and drawing of subgraphs."""
