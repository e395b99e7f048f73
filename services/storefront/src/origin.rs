//! Refuses requests that another site makes with a visitor's cookie.
//!
//! Rules of OWASP's cross-site request forgery cheat sheet: trust `Sec-Fetch-Site`, fall back to
//! comparing `Origin` with the host that was asked.

use axum::{extract::Request, middleware::Next, response::Response};
use chassis::{Code, Problem};
use http::{HeaderMap, Method, Uri, header};

/// Middleware: lets through what is safe, what carries no cookie, and what comes from this site.
pub(crate) async fn check(request: Request, next: Next) -> Result<Response, Problem> {
    let safe = matches!(
        *request.method(),
        Method::GET | Method::HEAD | Method::OPTIONS
    );
    let ambient = request.headers().contains_key(header::COOKIE);
    if safe || !ambient || is_same_origin(request.headers()) {
        return Ok(next.run(request).await);
    }
    Err(Problem::new(
        Code::Forbidden,
        "This request comes from another site. Send it from the shop's own pages, or without \
         cookies and with the token of a cart as Bearer.",
    ))
}

fn is_same_origin(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text("sec-fetch-site") {
        return matches!(site, "same-origin" | "none");
    }
    let Some(origin) = text("origin").and_then(|origin| origin.parse::<Uri>().ok()) else {
        return false;
    };
    let asked = text("host");
    asked.is_some() && origin.authority().map(http::uri::Authority::as_str) == asked
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(pairs: &[(&'static str, &'static str)]) -> bool {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.insert(*name, value.parse().unwrap());
        }
        is_same_origin(&headers)
    }

    #[test]
    fn the_browser_is_believed_first() {
        assert!(judged(&[("sec-fetch-site", "same-origin")]));
        assert!(judged(&[("sec-fetch-site", "none")]));
        for site in ["cross-site", "same-site"] {
            let headers = [
                ("sec-fetch-site", site),
                ("origin", "http://a.test"),
                ("host", "a.test"),
            ];
            assert!(!judged(&headers), "{site}");
        }
    }

    #[test]
    fn without_it_the_origin_must_be_the_host() {
        assert!(judged(&[
            ("origin", "http://shop.test:8080"),
            ("host", "shop.test:8080")
        ]));
        assert!(!judged(&[
            ("origin", "http://shop.test"),
            ("host", "shop.test:8080")
        ]));
        assert!(!judged(&[("origin", "null"), ("host", "shop.test")]));
        assert!(!judged(&[("host", "shop.test")]));
        assert!(!judged(&[("origin", "http://shop.test")]));
    }
}
