"""Every legacy response, key by key, in the reference's order.

Money is whole Toman, times are Unix seconds, flags are 0 or 1.
"""
