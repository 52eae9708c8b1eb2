"""The record of a case and the events that change it. No Qt here."""
