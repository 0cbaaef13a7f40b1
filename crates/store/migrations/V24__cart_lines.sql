-- What is in a cart stands in its row: how many, the bytes of the SKU and the
-- SKU, each followed by a blank, one thing after the other. A cart without it was
-- last changed by an earlier version, and its lines are rows of cart_line.
ALTER TABLE cart ADD COLUMN lines TEXT;
