"""What detectors of recipients are worked out from: payments, members, dwellings, means, months."""
