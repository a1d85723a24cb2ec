"""Read, outline, chunk, embed, store: from an article to an index on disk."""
