"""DICOM files become series, series become volumes. No Qt here."""
