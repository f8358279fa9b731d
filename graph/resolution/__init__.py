"""What follows from the stated rows: spans, one party under two ids, the dates of lots."""
