"""Care needed if nothing changes: methods, their back-test, and how far to believe them."""
