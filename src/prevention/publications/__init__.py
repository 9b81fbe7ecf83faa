"""Files as their publishers or the council make them, read into rows of our tables."""
