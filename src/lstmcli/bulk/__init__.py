"""Bulk work: many files answered piece by piece by several processes, so that a killed run goes on where it was."""
