"""At which time points a lesion is shown in pictures."""

from __future__ import annotations

from app.models.course import Course, LesionCourse


def key_points(course: Course, one: LesionCourse) -> tuple[str, ...]:
    """Time points of a lesion to show, each once: the first and the smallest with a line, and the last one read."""
    drawn = [point for point in one.points if point.line is not None and point.mm is not None]
    if not drawn:
        return ()
    smallest = min(drawn, key=lambda point: point.mm or 0)
    chosen = {drawn[0].visit_id, smallest.visit_id, one.points[-1].visit_id}
    return tuple(point.id for point in course.points if point.id in chosen)
