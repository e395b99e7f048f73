//! Discount codes: made by an admin, given by a guest.

use chassis::testkit::Reply;
use serde_json::{Value, json};

use super::{Guest, Shop};

impl Shop {
    /// Makes a discount code; `terms` are members of the request beyond code and title.
    pub(crate) async fn code(&self, code: &str, terms: Value) {
        let mut body = terms;
        body["code"] = json!(code);
        body["title"] = json!(format!("The code {code}"));
        let made = self
            .admin()
            .post("/api/v1/admin/discount-codes", &body)
            .await;
        let _ = made.expect(201);
    }

    /// Changes a discount code.
    pub(crate) async fn change_code(&self, code: &str, change: &Value) -> Reply {
        let path = format!("/api/v1/admin/discount-codes/{code}");
        self.admin().patch(&path, change).await
    }

    /// Orders that use a code now.
    pub(crate) async fn uses(&self, code: &str) -> i64 {
        let all = self.admin().get("/api/v1/admin/discount-codes").await;
        let all = all.expect(200).json();
        let items = all["items"].as_array().expect("codes");
        let found = items.iter().find(|item| item["code"] == code);
        found.expect("the code")["used"].as_i64().expect("a number")
    }
}

impl Guest {
    pub(crate) async fn give_code(&self, code: &str) -> Reply {
        let path = format!("/api/v1/carts/{}/discount-codes", self.cart);
        self.api().post(&path, &json!({"code": code})).await
    }

    pub(crate) async fn remove_code(&self, code: &str) -> Reply {
        let path = format!("/api/v1/carts/{}/discount-codes/{code}", self.cart);
        self.api().delete(&path).await
    }
}
