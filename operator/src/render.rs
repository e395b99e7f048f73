//! `render`: every object that a LocalMart becomes, without a cluster.
//!
//! The same validate, plan and builders as in the cluster, fed with a made-up observation in which
//! every Secret exists. What only a cluster knows shows as a placeholder.

use std::collections::BTreeMap;

use anyhow::{Context, bail, ensure};
use k8s_openapi::{
    ByteString, api::core::v1::Secret, apimachinery::pkg::apis::meta::v1::ObjectMeta,
};
use localmart_api::{LocalMart, names};
use serde_json::{Value, json};

use crate::{
    build::secrets::{self, SecretPlan},
    certificate::Found,
    lifecycle,
    reconcile::{dereference, observed::Observed, plan, shop::Shop, validate},
    releases::Releases,
    unknown, yaml,
};

/// Stands for a value that is made once, in the cluster.
const GENERATED: &str = "generated-in-the-cluster";
/// Stands for the uid of a LocalMart that was never created.
const NO_UID: &str = "00000000-0000-0000-0000-000000000000";

/// The objects of the LocalMart in `text`, as YAML documents in the order of the waves.
pub fn render(text: &str, releases: &Releases) -> anyhow::Result<String> {
    let object = read(text)?;
    let (shop, observed) = imagine(&object, releases)?;
    let tasks = lifecycle::tasks(&shop, &observed).unwrap_or_default();

    let mut documents = Vec::new();
    let mut print = |wave: &str, body: &Value| -> anyhow::Result<()> {
        documents.push(format!("---\n# wave: {wave}\n{}", yaml::to_string(body)?));
        Ok(())
    };
    for secret in secrets::plans(&shop) {
        print("accounts", &shown(&secret, &shop))?;
    }
    for wave in plan::everything(&shop, &tasks, &observed) {
        for object in &wave.objects {
            print(wave.name, &object.body)?;
        }
    }
    Ok(documents.concat())
}

/// The one LocalMart in a file.
pub fn read(text: &str) -> anyhow::Result<LocalMart> {
    let documents = yaml::documents(text).context("not YAML")?;
    let mut shops = documents
        .into_iter()
        .filter(|document| document["kind"] == "LocalMart");
    let raw = shops
        .next()
        .context("no document of kind LocalMart; write for example examples/localmart.yaml")?;
    ensure!(
        shops.next().is_none(),
        "more than one LocalMart; render them one at a time"
    );
    let object: LocalMart = serde_json::from_value(raw.clone()).context("not a LocalMart")?;
    let known = serde_json::to_value(&object)?;
    if let Some(path) = unknown::field("", &raw, &known) {
        bail!("unknown field {path}; `kubectl explain localmart.spec` lists the fields there are");
    }
    Ok(object)
}

/// The shop and an observation in which everything it refers to exists.
fn imagine(object: &LocalMart, releases: &Releases) -> anyhow::Result<(Shop, Observed)> {
    let mut object = object.clone();
    object.metadata.uid.get_or_insert_with(|| NO_UID.to_owned());
    object
        .metadata
        .namespace
        .get_or_insert_with(|| "default".to_owned());
    let mut observed = Observed {
        certificate: Found {
            usable: true,
            lasts: true,
        },
        ..Observed::default()
    };
    let (secrets, maps) = dereference::referenced(&object);
    let found = &mut observed.references;
    for key in secrets {
        // What has to be readable is, and says where it comes from.
        let content = match key.key.as_str() {
            dereference::REDIS_URL => {
                format!("redis://{}.secret:{}", key.name, topology::REDIS_PORT)
            }
            dereference::AUTHORITY => {
                format!("-----BEGIN CERTIFICATE-----\n{}\n", key.name)
            }
            _ => GENERATED.to_owned(),
        };
        found.secrets.insert(key, content.into_bytes());
    }
    for key in maps {
        found.config_maps.insert(key, GENERATED.as_bytes().to_vec());
    }
    let shop = validate::validate(&object, &observed, releases)
        .map_err(|failure| anyhow::anyhow!("{}", failure.message))?;
    for plan in secrets::plans(&shop) {
        observed.secrets.insert(plan.name.clone(), imagined(&plan));
    }
    Ok((shop, observed))
}

fn imagined(plan: &SecretPlan) -> Secret {
    let mut labels = plan.labels.clone();
    if plan.has_data_id {
        labels.insert(names::DATA_ID.to_owned(), GENERATED.to_owned());
    }
    let value = || ByteString(GENERATED.as_bytes().to_vec());
    Secret {
        metadata: ObjectMeta {
            name: Some(plan.name.clone()),
            labels: Some(labels),
            uid: Some(NO_UID.to_owned()),
            ..ObjectMeta::default()
        },
        data: Some(
            plan.keys
                .iter()
                .map(|(key, _)| (key.clone(), value()))
                .collect(),
        ),
        ..Secret::default()
    }
}

fn shown(plan: &SecretPlan, shop: &Shop) -> Value {
    let keys: BTreeMap<_, _> = plan
        .keys
        .iter()
        .map(|(key, _)| (key.as_str(), GENERATED))
        .collect();
    let mut metadata = json!({
        "name": plan.name,
        "namespace": shop.identity.namespace,
        "labels": plan.labels,
    });
    if let Some(owner) = &plan.owner {
        metadata["ownerReferences"] = json!([owner]);
    }
    json!({
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": metadata,
        "type": "Opaque",
        "stringData": keys,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        let result = render(text, &Releases::conventional());
        format!("{:#}", result.unwrap_err())
    }

    const HEAD: &str =
        "apiVersion: localmart.dev/v1alpha1\nkind: LocalMart\nmetadata: {name: shop}\n";

    #[test]
    fn a_misspelt_field_is_named() {
        let message = refused(&format!("{HEAD}spec: {{ingress: {{hots: a}}}}\n"));
        assert!(message.contains("host"), "{message}");
        let message = refused(&format!("{HEAD}spec: {{sampledata: Enabled}}\n"));
        assert!(
            message.contains("unknown field spec.sampledata"),
            "{message}"
        );
        let message = refused(&format!(
            "{HEAD}spec: {{services: {{cart: {{env: [{{name: A, valeu: b}}]}}}}}}\n"
        ));
        assert!(
            message.contains("spec.services.cart.env[0].valeu"),
            "{message}"
        );
    }

    #[test]
    fn other_documents_are_passed_over_and_none_is_an_error() {
        let namespace = "apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n---\n";
        render(
            &format!("{namespace}{HEAD}spec: {{}}\n"),
            &Releases::conventional(),
        )
        .unwrap();
        assert!(refused(namespace).contains("no document of kind LocalMart"));
        assert!(
            refused(&format!("{HEAD}spec: {{}}\n---\n{HEAD}spec: {{}}\n"))
                .contains("one at a time")
        );
    }

    #[test]
    fn what_cannot_work_is_refused_like_in_the_cluster() {
        let message = refused(&format!("{HEAD}spec: {{version: 9.9.9}}\n"));
        assert!(message.contains("there is no release 9.9.9"), "{message}");
    }
}
