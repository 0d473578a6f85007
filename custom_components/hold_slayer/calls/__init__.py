"""The life of calls: accounts, lines and one object per job."""
