-- The release before can live with a column that it does not know.
ALTER TABLE cart.cart ADD COLUMN note text;
