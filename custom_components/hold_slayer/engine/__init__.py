"""The child process that speaks SIP and RTP and does the hearing; imported by nobody else."""
