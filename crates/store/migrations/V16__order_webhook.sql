-- How a project is told of the orders of its Store API. One without a row is
-- told as a row of these defaults says: the payment first, then the order.
CREATE TABLE order_telling (
    project_id BIGINT NOT NULL,
    version    BIGINT NOT NULL DEFAULT 1,
    combined   BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (project_id)
);
