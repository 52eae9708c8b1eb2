"""What a reading is made of: which series hang, what a line means, where lesions lie. Plain values, no events."""
