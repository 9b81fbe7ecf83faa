"""Figures coming in: published tables, checked, stored, and read for one council.

In order: `vintage` makes the tables of `data/published` from a folder of source files;
`published` reads them; `checks` holds them to the rules in `expectations`; `build` loads
them, all or nothing, into the store; `store` opens it; `councils` finds a council;
`council` gathers what its forecast stands on.
"""
