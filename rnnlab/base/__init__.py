"""What every room may use: checks of arguments, files written whole, tables of text."""
