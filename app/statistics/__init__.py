"""Statistics of a cohort on numpy and scipy: survival, incidence, proportions, agreement. No Qt, no cases."""
