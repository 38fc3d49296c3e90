SELECT id, legacy_key AS "ids", CASE WHEN source IN ('direct', 'api') THEN source ELSE '' END AS "type",
    category_id AS "cate_id", service_id, service_type, provider_id AS "api_provider_id",
    provider_service_id AS "api_service_id", coalesce(provider_order_id::bigint, 0) AS "api_order_id", user_id AS "uid", link, quantity,
    usernames, username, hashtags, hashtag, media, comments, subscription_posts AS "sub_posts",
    subscription_min AS "sub_min", subscription_max AS "sub_max", subscription_delay AS "sub_delay",
    subscription_expiry AS "sub_expiry", subscription_response_orders AS "sub_response_orders",
    subscription_response_posts AS "sub_response_posts", subscription_status AS "sub_status", charge, status,
    start_count AS "start_counter", remains::text AS "remains", is_drip_feed::int AS "is_drip_feed", runs,
    "interval", drip_feed_quantity AS "dripfeed_quantity", note,
    extract(epoch FROM updated_at)::bigint AS "changed", extract(epoch FROM created_at)::bigint AS "created"
FROM orders WHERE user_id = $1 ORDER BY id DESC
