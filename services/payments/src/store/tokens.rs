//! What stands for cards.

use chassis::Problem;
use sqlx::PgPool;

use crate::domain::card::{AcceptedCard, BRAND, Behaviour};

/// The tokens.
#[derive(Clone, Debug)]
pub struct Tokens {
    pool: PgPool,
}

/// What a token stands for.
#[derive(Clone, Copy, Debug)]
pub struct StoredToken {
    pub behaviour: Behaviour,
}

impl Tokens {
    pub fn new(pool: PgPool) -> Self {
        Self { pool }
    }

    /// Keeps a card under a new token.
    pub async fn insert(&self, token: &str, card: &AcceptedCard) -> Result<(), Problem> {
        sqlx::query!(
            "INSERT INTO payments.card_token (token, brand, last4, behaviour) VALUES ($1, $2, $3, $4)",
            token,
            BRAND,
            card.last4,
            card.behaviour.name(),
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// What a token stands for.
    pub async fn find(&self, token: &str) -> Result<Option<StoredToken>, Problem> {
        let behaviour = sqlx::query_scalar!(
            "SELECT behaviour FROM payments.card_token WHERE token = $1",
            token
        )
        .fetch_optional(&self.pool)
        .await?;
        let Some(name) = behaviour else {
            return Ok(None);
        };
        let behaviour = Behaviour::from_name(&name)
            .ok_or_else(|| Problem::internal(format!("{name:?} is no behaviour of a card")))?;
        Ok(Some(StoredToken { behaviour }))
    }
}
