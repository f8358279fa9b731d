"""The ledger: findings, cases, supervision, outcomes, audit."""
