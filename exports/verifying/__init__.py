"""Checking a package from itself alone: integrity first, then every number again, by other means than made it."""
