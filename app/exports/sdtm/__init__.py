"""SDTM: the domains DM, TU, TR, SUPPTR, RS, SUPPRS and RELREC, as CSV or as SAS transport files."""
