"""What other programs ask over HTTP: search, ask, documents, eval, and chat completions."""
