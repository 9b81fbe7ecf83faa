"""The dashboard: a page for each user's job, nothing worked out here that the model can."""
