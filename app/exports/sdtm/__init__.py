"""SDTM: the domains DM, TU, TR, RS, SUPPRS and RELREC, as CSV or as SAS transport files."""
