"""How the ledger's tables came about, one revision a file; run by `open_ledger`."""
