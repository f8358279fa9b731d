"""Looking through ownership: effective shares and control."""
