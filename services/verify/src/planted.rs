//! A guard that is taken away, so that a harness can show that it would see that.

use anyhow::{Context, Result};
use sqlx::PgPool;

/// Stock that is promised is no longer counted, and may fall below nothing. Holds for articles put
/// on sale from now on; those that are sold as they should be keep their guard.
const REMOVE: &str = "
    ALTER TABLE catalog.stock_level DROP CONSTRAINT stock_level_bounds;
    CREATE TABLE catalog.planted_fault (variant_id uuid PRIMARY KEY);
    GRANT SELECT ON catalog.planted_fault TO PUBLIC;
    CREATE FUNCTION catalog.planted_fault() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NEW.reserved > OLD.reserved
            AND EXISTS (SELECT FROM catalog.planted_fault p WHERE p.variant_id = NEW.variant_id)
        THEN
            NEW.reserved := OLD.reserved;
        END IF;
        RETURN NEW;
    END $$;
    CREATE TRIGGER planted_fault BEFORE UPDATE ON catalog.stock_level
        FOR EACH ROW EXECUTE FUNCTION catalog.planted_fault();";

/// What the fault did is set right: the ledger receives what was sold without being there.
const RESTORE: &str = "
    DROP TRIGGER IF EXISTS planted_fault ON catalog.stock_level;
    DROP FUNCTION IF EXISTS catalog.planted_fault();
    UPDATE catalog.stock_level s SET reserved = coalesce((
        SELECT sum(l.qty) FROM catalog.reservation_line l JOIN catalog.reservation r USING (order_id)
        WHERE r.state = 'held' AND l.variant_id = s.variant_id), 0)
    WHERE s.variant_id IN (SELECT variant_id FROM catalog.planted_fault);
    INSERT INTO catalog.stock_ledger (variant_id, kind, qty, reason)
    SELECT variant_id, 'receive', reserved - on_hand, 'sold by a planted fault' FROM catalog.stock_level
    WHERE reserved > on_hand AND variant_id IN (SELECT variant_id FROM catalog.planted_fault);
    UPDATE catalog.stock_level SET on_hand = reserved
    WHERE reserved > on_hand AND variant_id IN (SELECT variant_id FROM catalog.planted_fault);
    DROP TABLE catalog.planted_fault;
    ALTER TABLE catalog.stock_level ADD CONSTRAINT stock_level_bounds
        CHECK (0 <= reserved AND reserved <= on_hand);";

/// Takes the guard against overselling away from `variant`. Needs the rights of the tables' owner.
pub async fn remove_guard(pool: &PgPool, variant: uuid::Uuid) -> Result<()> {
    sqlx::raw_sql(REMOVE)
        .execute(pool)
        .await
        .context("the guard cannot be removed; use a login that owns the tables of catalog")?;
    sqlx::query("INSERT INTO catalog.planted_fault VALUES ($1)")
        .bind(variant)
        .execute(pool)
        .await?;
    Ok(())
}

/// Puts the guard back and sets right what happened without it.
pub async fn restore_guard(pool: &PgPool) -> Result<()> {
    sqlx::raw_sql(RESTORE)
        .execute(pool)
        .await
        .context("the guard cannot be put back")?;
    Ok(())
}
