"""What people put in and decide, kept for good: loads, scenarios, runs.

The store of evidence can be built anew from files at any time; what stands here cannot,
so it is written in transactions, checked against a ledger outside the database, backed up
before every migration, and never overwritten.
"""
