"""One module a kind of file: each turns a source into raw articles. ``index.load`` composes them."""
