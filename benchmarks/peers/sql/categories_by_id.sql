SELECT id, name, position FROM categories WHERE id = ANY($1::int[])
