"""Faults on purpose: jobs that are killed, or told that the disk is full, wherever they touch a file."""
