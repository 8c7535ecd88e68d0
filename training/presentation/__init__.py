"""What pages say: ready words and figures for the templates to place."""
