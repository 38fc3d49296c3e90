SELECT category_id AS "categoryId", price, type FROM services WHERE id = $1 AND is_active
