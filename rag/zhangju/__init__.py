"""Retrieve passages for a question and answer it by chapter and verse."""
