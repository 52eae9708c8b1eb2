"""Many cases at once: tables of other programs, endpoints of every read, agreement of readers. No Qt."""
