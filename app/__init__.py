"""Hepatrace: wires the viewers and the response engine together; the only place that knows both."""
