"""Between the session and the screen: each desk shows one side of a case and turns what is reported into edits."""
