"""Measure retrieval and answers on questions with known gold."""
