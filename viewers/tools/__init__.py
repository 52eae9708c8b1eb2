"""Tools as pure steps over places in the patient: no Qt, no images."""
