"""Text in, unit vectors out: the encoder, the packaged model, and the centring that lets languages meet."""
