"""Tables and files out. No Qt here."""
