"""Seeing a run again: its pictures at every epoch, its film, the strip of the last runs."""
