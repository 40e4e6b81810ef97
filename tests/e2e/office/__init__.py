"""The office's pages in Chromium."""
