"""The council's own files: what is in them, in whose words, and what they add up to."""
