"""One module for each command: `configure(parser)` adds its options, `run(options)` does it and returns the status."""
