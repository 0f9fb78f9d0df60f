"""The list: which one."""
