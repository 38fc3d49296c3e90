"""The reference's own records as data files, and their loader.

The JSON files contain one list per model, with the models' field names: a missing field is null or the
model's default, and every `*_at` is a Unix timestamp. `cli.demo_data.generate` writes them.
"""
