"""`scripts/listen`: runs the ears over a recording and shows what they heard and why."""
