"""Many councils by many scenarios: what is to be done, the doing, and the folder it ends in.

`planning` reads and decides; `work` does one `task`, a council, and knows nothing of where it
runs; `running` shares tasks out here and `cluster` elsewhere; `folder` keeps what comes of
them; `whole` is all of it.
"""
