"""Programs over foreign libraries, each run in a process of its own by ``index.readers.isolated``.

A worker is a module with a function ``extract`` (``faults.Extract``): a file's bytes and the limits
in, what it found out, or ``{"fault": code}``. It knows nothing of the rest of this project, for
reading a file must not load an embedding model; of its neighbours it imports relatively, for there
this folder is a package by itself.
"""
