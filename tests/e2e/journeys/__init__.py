"""Journeys: people at the whole box (real controller, reader, pages, Chromium), from the first look to going home."""
