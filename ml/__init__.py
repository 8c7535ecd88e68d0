"""Tables in, models out: pure Python that knows no web, no database and no queue."""
