"""The judges of lessons 01 to 07, the steps of the loop."""
