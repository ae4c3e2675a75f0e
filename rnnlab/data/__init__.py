"""From files and measured series to windows, batches and streams."""
