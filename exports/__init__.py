"""Exchange formats out, reports, evidence packages."""
