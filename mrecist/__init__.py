"""Tumour response in hepatocellular carcinoma: mRECIST in the liver, RECIST 1.1 outside it, each region apart.

Standard library only; usable without the application. The one entry point is :func:`mrecist.assess.assess`.
"""
