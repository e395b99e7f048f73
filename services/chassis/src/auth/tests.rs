use std::time::Duration;

use chrono::DateTime;
use http::HeaderValue;

use super::*;
use crate::clock::Hands;

struct Fixture {
    directory: tempfile::TempDir,
    clock: Clock,
    hands: Hands,
}

impl Fixture {
    fn new() -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory");
        for service in Service::ALL {
            let key = service.name().repeat(10);
            fs::write(directory.path().join(service.name()), key).expect("a writable file");
        }
        let (clock, hands) = Clock::manual(DateTime::UNIX_EPOCH + Duration::from_secs(1_000_000));
        Self {
            directory,
            clock,
            hands,
        }
    }

    fn keys(&self, service: Service) -> InternalKeys {
        let ids = Ids::seeded(self.clock.clone(), 1);
        InternalKeys::load(service, self.directory.path(), self.clock.clone(), ids)
            .expect("all keys are there")
    }
}

fn headers(token: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    let value = HeaderValue::from_str(&format!("Bearer {token}")).expect("a header value");
    headers.insert(header::AUTHORIZATION, value);
    headers
}

#[test]
fn a_token_tells_the_callee_who_calls_and_for_whom() {
    let fixture = Fixture::new();
    let token = fixture
        .keys(Service::Storefront)
        .sign(
            Service::Cart,
            &Subject::customer("guest:x"),
            &["admin".to_owned()],
        )
        .expect("the storefront calls cart");
    let caller = fixture
        .keys(Service::Cart)
        .verify(&headers(&token))
        .expect("a good token");
    assert_eq!(caller.service, Service::Storefront);
    assert_eq!(caller.customer().expect("a customer"), "guest:x");
    assert_eq!(caller.roles, ["admin"]);
}

#[test]
fn a_token_opens_only_the_service_it_is_for() {
    let fixture = Fixture::new();
    let token = fixture
        .keys(Service::Storefront)
        .sign(Service::Cart, &Subject::service(), &[])
        .expect("the storefront calls cart");
    let claims = serde_json::json!({
        "iss": "storefront", "aud": "orders", "sub": "guest:x", "roles": [],
        "iat": 1_000_000, "exp": 1_000_060, "jti": Uuid::nil(),
    });
    let carts_key = EncodingKey::from_secret("cart".repeat(10).as_bytes());
    let astray = jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &carts_key);
    let astray = headers(&astray.expect("a token"));
    assert!(
        fixture.keys(Service::Cart).verify(&astray).is_err(),
        "the audience counts, not the key alone"
    );
    for other in [Service::Orders, Service::Catalog] {
        let problem = fixture
            .keys(other)
            .verify(&headers(&token))
            .expect_err("another audience");
        assert_eq!(problem.code(), Code::Unauthenticated);
    }
}

#[test]
fn a_token_ends_after_its_minute() {
    let fixture = Fixture::new();
    let token = fixture
        .keys(Service::Cart)
        .sign(Service::Catalog, &Subject::service(), &[])
        .expect("cart calls catalog");
    let catalog = fixture.keys(Service::Catalog);
    fixture.hands.advance(Duration::from_mins(1));
    assert!(catalog.verify(&headers(&token)).is_ok());
    fixture.hands.advance(Duration::from_secs(6));
    assert!(catalog.verify(&headers(&token)).is_err());
}

#[test]
fn a_service_signs_only_for_its_callees_and_refuses_strangers() {
    let fixture = Fixture::new();
    let payments = fixture.keys(Service::Payments);
    assert!(
        payments
            .sign(Service::Catalog, &Subject::service(), &[])
            .is_none()
    );

    // Cart's key in the wrong hands: payments is no caller of cart.
    let claims = Claims {
        iss: "payments".to_owned(),
        aud: "cart".to_owned(),
        sub: SUBJECT_SERVICE.to_owned(),
        roles: vec![],
        iat: 1_000_000,
        exp: 1_000_060,
        jti: Uuid::nil(),
    };
    let key = EncodingKey::from_secret("cart".repeat(10).as_bytes());
    let token =
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &key).expect("a token");
    assert!(
        fixture
            .keys(Service::Cart)
            .verify(&headers(&token))
            .is_err()
    );
}

#[test]
fn another_algorithm_is_refused() {
    let fixture = Fixture::new();
    let key = EncodingKey::from_secret("cart".repeat(10).as_bytes());
    let claims = serde_json::json!({
        "iss": "storefront", "aud": "cart", "sub": "guest:x", "roles": [],
        "iat": 1_000_000, "exp": 1_000_060, "jti": Uuid::nil(),
    });
    let token =
        jsonwebtoken::encode(&Header::new(Algorithm::HS512), &claims, &key).expect("a token");
    assert!(
        fixture
            .keys(Service::Cart)
            .verify(&headers(&token))
            .is_err()
    );
    let token =
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &key).expect("a token");
    assert!(fixture.keys(Service::Cart).verify(&headers(&token)).is_ok());
}

/// A change of keys: the callee takes both, then the callers sign with the new, then the old goes.
#[test]
fn callers_may_change_their_key_while_the_callee_has_both() {
    let fixture = Fixture::new();
    let write = |name: &str, key: &str| {
        fs::write(fixture.directory.path().join(name), key.repeat(10)).expect("a writable file");
    };
    let token = || {
        let token = fixture
            .keys(Service::Cart)
            .sign(Service::Catalog, &Subject::service(), &[]);
        headers(&token.expect("cart calls catalog"))
    };
    let old = token();
    write("catalog.beside", "another");
    let both = fixture.keys(Service::Catalog);
    write("catalog", "another");
    let new = token();
    assert!(both.verify(&old).is_ok());
    assert!(both.verify(&new).is_ok());
    fs::remove_file(fixture.directory.path().join("catalog.beside")).expect("it is there");
    let after = fixture.keys(Service::Catalog);
    assert!(after.verify(&new).is_ok());
    assert!(after.verify(&old).is_err(), "the old key still opens");
}

#[test]
fn a_missing_key_is_named() {
    let fixture = Fixture::new();
    fs::remove_file(fixture.directory.path().join("payments")).expect("the file is there");
    let ids = Ids::seeded(fixture.clock.clone(), 1);
    let error = InternalKeys::load(
        Service::Orders,
        fixture.directory.path(),
        fixture.clock.clone(),
        ids,
    )
    .expect_err("orders calls payments");
    assert!(error.to_string().contains("the key of payments"), "{error}");
}
