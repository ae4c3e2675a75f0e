"""What every room may use: checks of arguments, files written whole, tables of text."""

VERSION = "0.1.0"
