"""The graph: what it holds, where it lives, how ownership is looked through."""
