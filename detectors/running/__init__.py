"""Running detectors: over a store, over what changed, over one lot; proofs, sources and the combined view."""
