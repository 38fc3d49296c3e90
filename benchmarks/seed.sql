-- Deterministic records; braces hold whole numbers. Every statement stands alone, ended by an empty line.
INSERT INTO categories (id, name, description, image, position, is_active, created_at, updated_at)
SELECT g, 'دسته شماره ' || g, 'توضیحات دسته ' || g, '/assets/cat/' || g || '.png', g * 10, true,
    to_timestamp(1690000000 + g), to_timestamp(1700000000 + g)
FROM generate_series(1, {categories}) g;

INSERT INTO providers (id, name, url, api_key, is_sandbox, is_active, created_at, updated_at)
SELECT g, 'پنل ' || g, 'https://panel' || g || '.example/api/v2', md5('p' || g), false, true,
    to_timestamp(1690000000 + g), to_timestamp(1700000000 + g)
FROM generate_series(1, {providers}) g;

INSERT INTO services (id, legacy_key, category_id, name, description, price, original_price, min_quantity,
    max_quantity, source, type, provider_id, provider_service_id, drip_feed, is_active, created_at, updated_at)
SELECT g, md5('s' || g), 1 + g % {categories}, 'فالوور اینستاگرام کیفیت بالا کد ' || g,
    '<p dir="rtl">فالوور واقعی و <b>ایرانی</b> با کیفیت بالا، بدون ریزش و با جبران <i>سی روزه</i>.</p><ul><li>سرعت شروع: صفر تا یک ساعت</li><li>سرعت ارسال: روزانه پنج هزار عدد</li><li>لطفا پیج خود را از حالت خصوصی خارج کنید</li></ul><p>در صورت بروز مشکل به پشتیبانی پیام دهید. کد سرویس ' || g || '</p>',
    1000 + g * 7, 800 + g * 5, 10 + g % 90, 10000 + g, CASE g % 2 WHEN 0 THEN 'api' ELSE 'manual' END, 'default',
    CASE g % 2 WHEN 0 THEN 1 + g % {providers} END, CASE g % 2 WHEN 0 THEN (5000 + g)::text END, g % 4 = 0, true,
    to_timestamp(1690000000 + g), to_timestamp(1700000000 + g)
FROM generate_series(1, {services}) g;

INSERT INTO users (id, legacy_key, role, login_type, first_name, last_name, email, mobile, mobile_verified,
    timezone, balance, custom_rate, is_active, created_at, updated_at)
SELECT g, md5('u' || g), 'user', 'direct', 'نام' || g, 'خانوادگی' || g, 'user' || g || '@example.test',
    '0912' || lpad(g::text, 7, '0'), true, 'Asia/Tehran', 0, 0, true,
    to_timestamp(1690000000 + g), to_timestamp(1700000000 + g)
FROM generate_series(1, 2 * {half}) g;

-- Every tenth order belongs to the second half of the users, who have exactly 20 each; the rest to the first
-- half, who have 180 each. 7919 is a prime, so that neighbouring orders have buyers far apart.
INSERT INTO orders (id, legacy_key, source, user_id, category_id, service_id, service_type, provider_id,
    provider_service_id, provider_order_id, link, quantity, username, comments, charge, refunded, status,
    start_count, remains, is_drip_feed, runs, "interval", drip_feed_quantity, note, is_imported, dispatch, due_at,
    created_at, updated_at)
SELECT g, md5('o' || g), (ARRAY['direct', 'api', 'mobile_app', 'graphql'])[1 + g % 4],
    CASE WHEN g % 10 = 0 THEN 1 + {half} + (g / 10 * 7919) % {half} ELSE 1 + ((g - g / 10) * 7919) % {half} END,
    s.category_id, s.id, s.type, p.id, CASE WHEN p.id IS NOT NULL THEN (5000 + s.id)::text END,
    CASE WHEN status <> 'pending' AND p.id IS NOT NULL THEN (700000 + g)::text END,
    'https://instagram.example/p/' || substr(md5(g::text), 1, 11), quantity,
    CASE WHEN g % 5 = 0 THEN 'user_' || g END, CASE WHEN g % 10 = 0 THEN 'عالی بود' || E'\n' || 'خیلی خوب' END,
    charge, CASE WHEN status = 'canceled' THEN charge ELSE 0 END, status, g % 10000, g % 100, false, 0, 0, 0,
    CASE WHEN g % 50 = 0 THEN 'با تاخیر' END, false,
    CASE WHEN p.id IS NULL THEN 'none' WHEN status = 'pending' THEN 'queued' ELSE 'closed' END,
    CASE WHEN p.id IS NOT NULL AND status = 'pending' THEN to_timestamp(1700000000 + g) END,
    to_timestamp(1700000000 + g), to_timestamp(1700000000 + g)
FROM generate_series(1::bigint, {orders}) g
CROSS JOIN LATERAL (SELECT 100 + g % 900 AS quantity,
    (ARRAY['pending', 'processing', 'completed', 'partial', 'canceled'])[1 + g % 5] AS status) chosen
JOIN services s ON s.id = 1 + abs(hashint4(g::int)::bigint) % {services}
-- Half of the services are delivered by providers; all that wait to be sent, wait for the first one.
LEFT JOIN LATERAL (SELECT CASE WHEN status = 'pending' THEN 1 ELSE s.provider_id END AS id
    WHERE s.provider_id IS NOT NULL) p ON true
CROSS JOIN LATERAL (SELECT (s.price * quantity + 999) / 1000 AS charge) priced;

INSERT INTO ledger_entries (id, user_id, kind, amount, balance_after, cause, order_id, created_at)
SELECT id, user_id, kind, amount, sum(amount) OVER (PARTITION BY user_id ORDER BY id), cause, order_id, created_at
FROM (
    SELECT id, id AS user_id, 'opening' AS kind, 1000000000 AS amount, 'user:' || id AS cause,
        NULL::int AS order_id, created_at FROM users
    UNION ALL
    SELECT 2 * {half} + 2 * id - 1, user_id, 'order_charge', -charge, 'order:' || id, id, created_at FROM orders
    UNION ALL
    SELECT 2 * {half} + 2 * id, user_id, 'refund', refunded, 'order:' || id, id, created_at FROM orders
    WHERE refunded > 0
) entries;

UPDATE users SET balance = total
FROM (SELECT user_id, sum(amount) AS total FROM ledger_entries GROUP BY user_id) ledger WHERE user_id = users.id;

INSERT INTO order_events (id, order_id, actor, from_status, to_status, created_at)
SELECT id, id, 'buyer', NULL, 'pending', created_at FROM orders
