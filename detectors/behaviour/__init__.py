"""Detectors of how firms bid, and what they are worked out from: prices, markets, who meets whom."""
