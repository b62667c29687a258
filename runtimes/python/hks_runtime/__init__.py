"""The Python runtime of Hexabase HKS. Standard library only, Python 3.9 and later."""
