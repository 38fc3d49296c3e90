INSERT INTO orders (source, user_id, category_id, service_id, service_type, link, quantity, charge,
    refunded, status, start_count, remains, is_drip_feed, runs, "interval", drip_feed_quantity, is_imported,
    created_at, updated_at)
VALUES ('graphql', $1, $2, $3, $4, $5, $6, $7, 0, 'pending', 0, 0, false, 0, 0, 0, false, now(), now())
RETURNING id, status, service_type AS "type", source, link, quantity, charge, remains, created_at AS "createdAt"
