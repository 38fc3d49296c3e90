-- PostGraphile's mutation: what its peers do from outside, in one function.
CREATE FUNCTION place_order(user_id int, service_id int, link text, quantity int) RETURNS orders
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    service services;
    amount bigint;
    placed orders;
BEGIN
    SELECT * INTO service FROM services s WHERE s.id = place_order.service_id AND s.is_active;
    amount := (service.price * place_order.quantity + 999) / 1000;
    UPDATE users SET balance = balance - amount WHERE id = place_order.user_id AND balance >= amount;
    IF NOT FOUND THEN RAISE EXCEPTION 'insufficient balance'; END IF;
    INSERT INTO orders (source, user_id, category_id, service_id, service_type, link, quantity,
        charge, refunded, status, start_count, remains, is_drip_feed, runs, "interval", drip_feed_quantity,
        is_imported, created_at, updated_at)
    VALUES ('graphql', place_order.user_id, service.category_id, service.id, service.type, place_order.link,
        place_order.quantity, amount, 0, 'pending', 0, 0, false, 0, 0, 0, false, now(), now())
    RETURNING * INTO placed;
    RETURN placed;
END $$
