SELECT id, status, service_type AS "type", source, link, quantity, charge, refunded, start_count AS "startCount",
    remains, comments, username, note, created_at AS "createdAt", updated_at AS "updatedAt",
    service_id AS "serviceId", category_id AS "categoryId"
FROM orders WHERE user_id = $1 ORDER BY id DESC LIMIT $2
