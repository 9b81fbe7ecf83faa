"""Workbooks: their sheets, what stands on each, and the working model in `live`."""
