//! The shape of the CustomResourceDefinition.

use localmart_api::{LocalMart, schema};
use serde_json::{Value, json};

/// Plain `kubectl apply` keeps a copy of the object in an annotation, which may have 256 KiB.
const LIMIT: usize = 200 * 1024;

#[test]
fn stays_small_enough_for_plain_kubectl_apply() {
    let size = serde_yaml::to_string(&schema::crd()).unwrap().len();
    assert!(
        size < LIMIT,
        "the CRD has {size} bytes, {LIMIT} are allowed"
    );
}

/// What the API server needs to bound the cost of the rules.
#[test]
fn every_list_map_and_string_of_the_spec_is_bounded() {
    let schema = schema::openapi();
    unbounded("spec", &schema["properties"]["spec"]);
}

fn unbounded(path: &str, schema: &Value) {
    if schema["x-kubernetes-int-or-string"] == json!(true) {
        assert!(schema["maxLength"].is_u64(), "{path} has no maxLength");
        return;
    }
    match schema["type"].as_str() {
        Some("string") => assert!(
            schema["maxLength"].is_u64() || schema["enum"].is_array(),
            "{path} has no maxLength"
        ),
        Some("array") => {
            assert!(schema["maxItems"].is_u64(), "{path} has no maxItems");
            unbounded(&format!("{path}[]"), &schema["items"]);
        }
        Some("object") => {
            if schema["additionalProperties"].is_object() {
                assert!(
                    schema["maxProperties"].is_u64(),
                    "{path} has no maxProperties"
                );
                unbounded(&format!("{path}.*"), &schema["additionalProperties"]);
            }
            for (name, property) in schema["properties"].as_object().into_iter().flatten() {
                unbounded(&format!("{path}.{name}"), property);
            }
        }
        Some("integer") => assert!(
            schema["minimum"].is_number() && schema["maximum"].is_number(),
            "{path} has no range"
        ),
        Some("boolean") => {}
        other => panic!("{path} has the type {other:?}"),
    }
}

#[test]
fn an_explicit_null_does_not_count_as_present() {
    let schema = schema::openapi().to_string();
    assert!(
        !schema.contains("nullable") && !schema.contains("null]"),
        "{schema}"
    );
}

#[test]
fn columns_are_the_documented_ones() {
    let crd = serde_json::to_value(schema::crd()).unwrap();
    let version = &crd["spec"]["versions"][0];
    let columns: Vec<_> = version["additionalPrinterColumns"]
        .as_array()
        .unwrap()
        .iter()
        .map(|column| {
            (
                column["name"].as_str().unwrap(),
                column["priority"].as_i64().unwrap_or(0),
            )
        })
        .collect();
    let expected = [
        ("Phase", 0),
        ("Ready", 0),
        ("Version", 0),
        ("URL", 0),
        ("Age", 0),
        ("Message", 1),
    ];
    assert_eq!(columns, expected);
    assert_eq!(crd["spec"]["names"]["shortNames"], json!(["lm"]));
    assert_eq!(crd["spec"]["names"]["categories"], json!(["all"]));
    assert_eq!(version["subresources"], json!({ "status": {} }));
}

#[test]
fn an_empty_spec_is_a_whole_object() {
    let object: LocalMart = serde_yaml::from_str(
        "apiVersion: localmart.dev/v1alpha1\nkind: LocalMart\nmetadata: {name: a}\nspec: {}\n",
    )
    .unwrap();
    assert_eq!(object.spec, localmart_api::LocalMartSpec::default());
    assert_eq!(serde_json::to_value(&object.spec).unwrap(), json!({}));
}
