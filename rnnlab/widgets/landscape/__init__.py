"""The landscape lab: the loss by learning rate and clipping bound, and what its page is made of."""
