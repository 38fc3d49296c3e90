"""The reference's own records as data, and their loader.

The JSON files hold one list a model, in the models' field names: a field that is absent is null or
the model's default, and every `*_at` is unix seconds. `cli.demo_data.generate` writes them anew.
"""
