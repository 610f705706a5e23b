"""The parts of generate_dtypes.py."""
