"""Images and tools. Knows nothing of lesions, criteria or treatment."""
