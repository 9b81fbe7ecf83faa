"""The pages, a module each with a `show()`; what several of them need stands beside this folder."""
