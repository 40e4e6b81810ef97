"""Scanners that decode by themselves and send texts: one file for each way they are connected."""
