"""Migrations of the ledger, content and local tables. Projections have none."""
