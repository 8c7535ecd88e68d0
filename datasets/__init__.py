"""Tables of data: uploaded, read, described, previewed."""
