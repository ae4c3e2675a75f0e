"""What can be known of a model before it is trained; each module makes some of the checks."""
