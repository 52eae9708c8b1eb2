"""The demonstration study: one synthetic patient, written as DICOM, with known truth. No Qt here."""
