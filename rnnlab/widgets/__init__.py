"""The labs: the only part of rnnlab that knows ipywidgets, IPython and asyncio."""
