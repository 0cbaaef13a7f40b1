-- An order says which payment pays it. What was found by the payment's order
-- before is found by the payment's own number, and each payment has an index
-- less.
ALTER TABLE orders ADD COLUMN payment_id BIGINT;

UPDATE orders SET payment_id = (SELECT MAX(p.payment_id) FROM payment p
    WHERE p.project_id = orders.project_id AND p.order_id = orders.order_id);

DROP INDEX payment_of_order;
