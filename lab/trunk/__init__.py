"""The simulated SIP provider: registrar with digest, proxy over UDP, TCP and TLS, relay for a bad network."""
