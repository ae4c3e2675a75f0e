"""The commands of `rnnlab`; main hands each line to one of them."""
