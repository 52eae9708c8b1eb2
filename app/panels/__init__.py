"""The parts of the screens; they report in the past tense and store nothing."""
