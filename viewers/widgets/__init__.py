"""Views of images, in Qt; they report what was done and store nothing."""
