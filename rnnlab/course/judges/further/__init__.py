"""The judges of the lessons from 08 on."""
