"""Raw articles in, articles that a person would recognise out, every character traced to the raw text."""
