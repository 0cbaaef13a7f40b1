-- What must be true of a database that has come to rest. Each statement names
-- the rows that break its rule, and is written against the tables alone: it
-- shares no code with the server that filled them.

-- rule: a payment without its order
SELECT p.payment_id FROM payment p LEFT JOIN orders o ON o.project_id = p.project_id AND o.order_id = p.order_id
WHERE o.order_id IS NULL;

-- rule: an order without its one payment
SELECT o.order_id FROM orders o
WHERE (SELECT COUNT(*) FROM payment p WHERE p.project_id = o.project_id AND p.order_id = o.order_id) <> 1;

-- rule: an order that does not stand where its payment stands
SELECT p.payment_id FROM payment p JOIN orders o ON o.project_id = p.project_id AND o.order_id = p.order_id
WHERE o.state <> CASE p.state WHEN 'captured' THEN 'paid' WHEN 'partially_refunded' THEN 'partially_refunded'
    WHEN 'refunded' THEN 'refunded' ELSE 'new' END;

-- rule: a captured payment without its one succeeded attempt, or another with one
SELECT p.payment_id FROM payment p
WHERE (SELECT COUNT(*) FROM attempt a WHERE a.project_id = p.project_id AND a.payment_id = p.payment_id
        AND a.state = 'succeeded') <> (p.state IN ('captured', 'partially_refunded', 'refunded'));

-- rule: a captured payment whose succeeded attempt is not its last
SELECT p.payment_id FROM payment p JOIN attempt a ON a.project_id = p.project_id AND a.attempt_id = p.attempt_id
WHERE p.state IN ('captured', 'partially_refunded', 'refunded') AND (a.state <> 'succeeded' OR p.paid_at IS NULL);

-- rule: a captured payment without its one capture entry, or another with one
SELECT p.payment_id FROM payment p
WHERE (SELECT COUNT(DISTINCT j.entry_id) FROM posting j WHERE j.project_id = p.project_id
        AND j.payment_id = p.payment_id AND j.kind = 'capture')
    <> (p.state IN ('captured', 'partially_refunded', 'refunded'));

-- rule: a capture entry that does not add up to its payment
SELECT p.payment_id FROM payment p WHERE p.state IN ('captured', 'partially_refunded', 'refunded') AND p.amount <>
    (SELECT COALESCE(SUM(CASE WHEN j.debit = 'gateway' THEN j.amount WHEN j.credit = 'gateway' THEN -j.amount END), 0)
        FROM posting j WHERE j.project_id = p.project_id AND j.payment_id = p.payment_id AND j.kind = 'capture');

-- rule: a captured payment without its one payment event, or another with one
SELECT p.payment_id FROM payment p
WHERE (SELECT COUNT(*) FROM event e WHERE e.project_id = p.project_id AND e.payment_id = p.payment_id
        AND e.kind = 'payment')
    -- A project that has no address for webhooks is told nothing: that is how the demo shop's history was made.
    <> (p.state IN ('captured', 'partially_refunded', 'refunded') AND p.notified <> 'not_needed');

-- rule: refunds that do not add up to what their payment says
SELECT p.payment_id FROM payment p WHERE p.refunded <> p.reserved OR p.refunded <>
    (SELECT COALESCE(SUM(r.amount), 0) FROM refund r
        WHERE r.project_id = p.project_id AND r.payment_id = p.payment_id AND r.state = 'succeeded');

-- rule: a payment that is refunded by its state and not by its amounts
SELECT p.payment_id FROM payment p WHERE p.state <> CASE WHEN p.refunded = 0 THEN p.state
    WHEN p.refunded = p.amount THEN 'refunded' ELSE 'partially_refunded' END
    OR (p.refunded = 0 AND p.state IN ('partially_refunded', 'refunded'));

-- rule: a succeeded refund without its one entry, or another with one
SELECT r.refund_id FROM refund r
WHERE (SELECT COUNT(DISTINCT j.entry_id) FROM posting j WHERE j.project_id = r.project_id
        AND j.entry_id = r.refund_id AND j.kind = 'refund') <> (r.state = 'succeeded');

-- rule: as many refund events as succeeded refunds
SELECT p.payment_id FROM payment p
WHERE (SELECT COUNT(*) FROM event e WHERE e.project_id = p.project_id AND e.payment_id = p.payment_id
        AND e.kind IN ('refund', 'partial_refund'))
    <> (SELECT COUNT(*) FROM refund r WHERE r.project_id = p.project_id AND r.payment_id = p.payment_id
        AND r.state = 'succeeded');

-- rule: an attempt that belongs to no payment
SELECT a.attempt_id FROM attempt a
    LEFT JOIN payment p ON p.project_id = a.project_id AND p.payment_id = a.payment_id WHERE p.payment_id IS NULL;

-- rule: an attempt that is still open
SELECT attempt_id FROM attempt WHERE state IN ('pending', 'challenged');

-- rule: a payment that is still open
SELECT payment_id FROM payment WHERE state IN ('pending', 'challenged');

-- rule: a refund that is still open
SELECT refund_id FROM refund WHERE state = 'pending';

-- rule: an event that was not delivered
SELECT event_id FROM outbox UNION ALL SELECT g.event_id FROM given_up g
    JOIN event e ON e.project_id = g.project_id AND e.event_id = g.event_id WHERE e.payment_id IS NOT NULL;

-- rule: a paid player who was not told so
SELECT payment_id FROM payment WHERE state IN ('captured', 'partially_refunded', 'refunded')
    AND notified NOT IN ('delivered', 'not_needed');
