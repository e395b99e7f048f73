//! The CustomResourceDefinition, made fit for people and for the API server.

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use kube::CustomResourceExt;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Value, json};

use crate::LocalMart;

/// Largest number of characters in a LocalMart's name: child names add a suffix, and a Service
/// name may have 63.
pub const MAX_NAME: usize = 40;

/// The CRD as it is installed.
///
/// Differs from what the derive makes in two points. No field is `nullable`: an explicit `null`
/// is then dropped by the API server, instead of counting as present for `has()` in the rules.
/// And the root carries the rule for `metadata.name`, which only the root may look at.
pub fn crd() -> CustomResourceDefinition {
    let mut value = serde_json::to_value(LocalMart::crd()).expect("a CRD serialises");
    drop_nullable(&mut value);
    let root = &mut value["spec"]["versions"][0]["schema"]["openAPIV3Schema"];
    root["x-kubernetes-validations"] = json!([rule(
        &format!(
            "size(self.metadata.name) <= {MAX_NAME} && \
             self.metadata.name.matches('^[a-z]([-a-z0-9]*[a-z0-9])?$')"
        ),
        &format!(
            "metadata.name must start with a letter, hold only a-z, 0-9 and '-', and have at most \
             {MAX_NAME} characters, because the names of everything in the shop begin with it"
        ),
    )]);
    serde_json::from_value(value).expect("the result is a CRD again")
}

/// The OpenAPI schema of a whole LocalMart.
pub fn openapi() -> Value {
    let crd = serde_json::to_value(crd()).expect("a CRD serialises");
    crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"].clone()
}

/// The words of a closed set with what each of them means: an enum's variants and their comments.
pub fn words<T: JsonSchema>() -> Vec<(String, String)> {
    let schema = schemars::schema_for!(T).to_value();
    let variants = schema["oneOf"].as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    variants
        .iter()
        .map(|variant| (text(&variant["const"]), text(&variant["description"])))
        .collect()
}

fn drop_nullable(value: &mut Value) {
    match value {
        Value::Object(map) => {
            // A property that happens to be called `nullable` has a schema, not a boolean.
            if map.get("nullable").is_some_and(Value::is_boolean) {
                map.remove("nullable");
            }
            if let Some(Value::Array(choices)) = map.get_mut("enum") {
                choices.retain(|choice| !choice.is_null());
            }
            map.values_mut().for_each(drop_nullable);
        }
        Value::Array(items) => items.iter_mut().for_each(drop_nullable),
        _ => {}
    }
}

/// A validation rule of the schema: `expression` in CEL, `message` for the person who broke it.
pub(crate) fn rule(expression: &str, message: &str) -> Value {
    json!({ "rule": expression, "message": message })
}

/// RFC 3339 time, as in Kubernetes' own objects.
pub(crate) fn date_time(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "string", "format": "date-time" })
}
