SELECT id, name, description, price, min_quantity AS "min", max_quantity AS "max", type, drip_feed AS "dripFeed",
    is_active AS "isActive", created_at AS "createdAt", updated_at AS "updatedAt", category_id AS "categoryId"
FROM services WHERE is_active ORDER BY id LIMIT $1
