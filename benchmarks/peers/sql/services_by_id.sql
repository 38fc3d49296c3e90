SELECT id, name, price FROM services WHERE id = ANY($1::int[])
