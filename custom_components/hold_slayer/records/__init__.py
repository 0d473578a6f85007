"""What happened on calls: kept in a database, found again, counted."""
