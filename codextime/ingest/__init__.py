"""The upload API: decode, validate, store, receipt."""
