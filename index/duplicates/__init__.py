"""What articles have in common: repeated lines, reprints, digests.

Fingerprints of texts go in; relations between articles come out.
"""
