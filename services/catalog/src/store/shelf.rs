//! What customers look at: categories and pictures. Products are in the modules beside this one.

use chassis::Problem;
use contracts::catalog::Image;
use sqlx::PgPool;

/// Reads what is on sale.
#[derive(Clone, Debug)]
pub struct Shelf {
    pub(super) pool: PgPool,
}

/// A category with the number of products on sale in it and below it.
#[derive(Clone, Debug)]
pub struct Category {
    pub path: String,
    pub title: String,
    pub products: i64,
}

/// A picture.
#[derive(Clone, Debug)]
pub struct Asset {
    pub media_type: String,
    pub bytes: Vec<u8>,
}

impl Shelf {
    pub fn new(pool: PgPool) -> Self {
        Self { pool }
    }

    /// Every category, parents before children.
    pub async fn categories(&self) -> Result<Vec<Category>, Problem> {
        let categories = sqlx::query_as!(
            Category,
            r#"SELECT c.path, c.title, (
                   SELECT count(DISTINCT p.id) FROM catalog.product_category pc
                   JOIN catalog.product p ON p.id = pc.product_id
                   WHERE (pc.category = c.path OR starts_with(pc.category, c.path || '/'))
                   AND p.status = 'active' AND p.price_minor IS NOT NULL) AS "products!"
               FROM catalog.category c ORDER BY c.position, c.path"#
        )
        .fetch_all(&self.pool)
        .await?;
        Ok(categories)
    }

    /// Whether there is such a category.
    pub async fn has_category(&self, path: &str) -> Result<bool, Problem> {
        let found = sqlx::query_scalar!(
            r#"SELECT EXISTS (SELECT FROM catalog.category WHERE path = $1) AS "found!""#,
            path
        )
        .fetch_one(&self.pool)
        .await?;
        Ok(found)
    }

    /// A picture by the hash of its bytes.
    pub async fn asset(&self, sha256: &str) -> Result<Option<Asset>, Problem> {
        let asset = sqlx::query_as!(
            Asset,
            "SELECT media_type, bytes FROM catalog.asset WHERE sha256 = $1",
            sha256
        )
        .fetch_optional(&self.pool)
        .await?;
        Ok(asset)
    }
}

/// A picture as it is told to clients.
pub(super) fn image(sha256: Option<String>, alt: Option<String>) -> Option<Image> {
    let (sha256, alt) = (sha256?, alt?);
    Some(Image {
        url: format!("/api/v1/assets/{sha256}"),
        alt,
    })
}
