"""Tests of the engine process over real SIP and RTP on loopback."""
