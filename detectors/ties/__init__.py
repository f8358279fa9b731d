"""What detectors of bidders are worked out from: who and what ties two bids, and how a tie becomes a draft."""
