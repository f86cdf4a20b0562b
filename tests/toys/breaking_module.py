"""A plugin module that cannot be imported."""

raise ImportError("its library is from another century")
