"""One module a kind of file: each turns a source into raw articles. ``index.readers.load`` composes them."""
