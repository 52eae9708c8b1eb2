"""What follows for each treatment from responses and signed judgements: ordered decision tables."""
