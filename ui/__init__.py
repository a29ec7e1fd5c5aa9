"""Every face that a person or a program meets: the command line, the page, the API."""
