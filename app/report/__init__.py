"""What is painted to files: plots, key images, the report. Works offscreen."""
