//! Pages that the catalog has ready.

use std::rc::Rc;

use anyhow::{Context, Result, ensure};
use chassis::Service;
use http::{HeaderValue, header};
use serde_json::Value;

use super::{Pass, text};
use crate::{
    http::{Ask, Connection},
    load::{Shopper, Steps},
    shop::Shop,
};

const LIST: &str = "/api/v1/products";
/// Products on a page unless asked otherwise.
const PAGE: usize = 24;

/// Asks for pages in turn; each must be the one that was looked at in the beginning.
#[derive(Debug)]
pub struct Reader {
    connection: Connection,
    pass: Pass,
    pages: Rc<[Page]>,
    next: usize,
}

#[derive(Debug)]
struct Page {
    path: String,
    etag: HeaderValue,
}

impl Shopper for Reader {
    async fn once(&mut self, _: &Steps) -> Result<bool> {
        let page = &self.pages[self.next % self.pages.len()];
        self.next += 1;
        let ask = Ask::get(&page.path, Some(self.pass.value()?));
        let answer = self.connection.ask(ask).await?;
        let same = answer.headers.get(header::ETAG) == Some(&page.etag);
        ensure!(same && !answer.body.is_empty(), "{} has changed", page.path);
        Ok(true)
    }
}

/// Readers of the first page of all products.
pub async fn list(shop: &Shop, at: Service, size: usize) -> Result<Vec<Reader>> {
    let check = |list: &Value| {
        let items = list["items"].as_array().map(Vec::len);
        ensure!(items == Some(PAGE), "{items:?} products on a page");
        Ok(())
    };
    readers(shop, at, size, &[LIST.to_owned()], check).await
}

/// Readers of every product's page, each from another one on.
pub async fn detail(shop: &Shop, size: usize) -> Result<Vec<Reader>> {
    let mut pass = Pass::internal(shop, Service::Catalog, "guest:bench")?;
    let mut connection = Connection::open(shop.api(Service::Catalog)).await?;
    let slugs = slugs(&mut connection, &mut pass).await?;
    let paths: Vec<_> = slugs.iter().map(|slug| format!("{LIST}/{slug}")).collect();
    let check = |product: &Value| {
        ensure!(!text(product, "title")?.is_empty(), "no title");
        let variants = product["variants"].as_array().map(Vec::len);
        ensure!(variants > Some(0), "a product without variants");
        Ok(())
    };
    readers(shop, Service::Catalog, size, &paths, check).await
}

async fn readers(
    shop: &Shop,
    at: Service,
    size: usize,
    paths: &[String],
    check: impl Fn(&Value) -> Result<()>,
) -> Result<Vec<Reader>> {
    let address = shop.api(at);
    let mut connection = Connection::open(address).await?;
    let mut pass = pass_of(shop, at, 0, &mut connection).await?;
    let mut pages = Vec::new();
    for path in paths {
        let answer = connection.ask(Ask::get(path, Some(pass.value()?))).await?;
        check(&serde_json::from_slice(&answer.body)?).with_context(|| path.clone())?;
        let etag = answer.headers.get(header::ETAG).context("no ETag")?;
        pages.push(Page {
            path: path.clone(),
            etag: etag.clone(),
        });
    }
    let pages: Rc<[Page]> = pages.into();
    let mut readers = Vec::new();
    for place in 0..size {
        let mut connection = Connection::open(address).await?;
        readers.push(Reader {
            pass: pass_of(shop, at, place, &mut connection).await?,
            connection,
            pages: Rc::clone(&pages),
            next: place * pages.len() / size,
        });
    }
    Ok(readers)
}

/// Every reader is a guest, so that what is logged about visits is logged.
async fn pass_of(
    shop: &Shop,
    at: Service,
    place: usize,
    connection: &mut Connection,
) -> Result<Pass> {
    if at == Service::Storefront {
        return Ok(Pass::guest(connection).await?.0);
    }
    Pass::internal(shop, at, &format!("guest:bench-{place}"))
}

/// The names of the sample's products.
pub async fn slugs(catalog: &mut Connection, pass: &mut Pass) -> Result<Vec<String>> {
    let mut slugs = Vec::new();
    let mut path = format!("{LIST}?limit=100");
    loop {
        let page: Value = catalog.json(Ask::get(&path, Some(pass.value()?))).await?;
        for card in page["items"].as_array().into_iter().flatten() {
            slugs.push(text(card, "slug")?.to_owned());
        }
        let Some(cursor) = page["next_cursor"].as_str() else {
            return Ok(slugs);
        };
        path = format!("{LIST}?limit=100&cursor={cursor}");
    }
}
