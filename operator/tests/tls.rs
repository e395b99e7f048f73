//! The certificate of the way in: given, issued, or made by the operator.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod kit;

use std::{collections::BTreeMap, sync::Arc};

use k8s_openapi::{ByteString, api::core::v1::Secret, jiff::Timestamp};
use kit::{Cluster, Operator, Space, eventually, kubelet::Kubelet};
use kube::api::{Patch, PatchParams};
use localmart_api::{
    Phase,
    conditions::{ConditionType, Reason},
    names,
};
use localmart_operator::build::Kind;
use rustls::{
    ClientConfig, ClientConnection, RootCertStore, ServerConfig, ServerConnection,
    pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem::PemObject},
};
use serde_json::json;

type Data = BTreeMap<String, ByteString>;

async fn data(space: &Space, name: &str) -> Data {
    space.api::<Secret>().get(name).await.unwrap().data.unwrap()
}

/// A whole handshake: a client that trusts this authority calls this host.
fn handshake(authority: &ByteString, served: &Data, host: &str) -> Result<(), rustls::Error> {
    let mut roots = RootCertStore::empty();
    let authority = CertificateDer::from_pem_slice(&authority.0).unwrap();
    roots.add(authority).unwrap();
    let client = ClientConfig::builder()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&served["tls.crt"].0).collect();
    let key = PrivateKeyDer::from_pem_slice(&served["tls.key"].0).unwrap();
    let server = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(chain.unwrap(), key)
        .unwrap();
    let name = ServerName::try_from(host.to_owned()).unwrap();
    let mut client = ClientConnection::new(Arc::new(client), name).unwrap();
    let mut server = ServerConnection::new(Arc::new(server)).unwrap();
    while client.is_handshaking() || server.is_handshaking() {
        let mut wire = Vec::new();
        while client.wants_write() {
            client.write_tls(&mut wire).unwrap();
        }
        server.read_tls(&mut &*wire).unwrap();
        server.process_new_packets()?;
        let mut wire = Vec::new();
        while server.wants_write() {
            server.write_tls(&mut wire).unwrap();
        }
        client.read_tls(&mut &*wire).unwrap();
        client.process_new_packets()?;
    }
    Ok(())
}

/// Whether the storefront tells browsers to insist on encryption.
async fn insists(space: &Space) -> bool {
    let name = "shop-storefront";
    let storefront = space.kind(Kind::Deployment).get(name).await.unwrap();
    let container = &storefront.data["spec"]["template"]["spec"]["containers"][0];
    let env = container["env"].as_array().unwrap().iter();
    let on = json!({ "name": topology::settings::STRICT_TRANSPORT, "value": "on" });
    env.into_iter().any(|variable| *variable == on)
}

#[tokio::test]
async fn a_certificate_of_the_operators_own_is_good_and_renewed_in_time() {
    let space = Cluster::connect().await.space("tls").await;
    let _kubelet = Kubelet::start(&space);
    let _operator = Operator::start(&space).await;
    let spec = |host: &str| format!("{{ingress: {{host: {host}, tls: {{selfSigned: {{}}}}}}}}");
    space.apply("shop", &spec("shop.localhost")).await.unwrap();
    space.phase("shop", Phase::Ready).await;
    let status = space.shop("shop").await.status.unwrap();
    assert_eq!(status.url.as_deref(), Some("https://shop.localhost"));
    assert!(!insists(&space).await);

    let first = data(&space, "shop-storefront-tls").await;
    let trusted = first["ca.crt"].clone();
    handshake(&trusted, &first, "shop.localhost").unwrap();
    handshake(&trusted, &first, "other.localhost").unwrap_err();
    assert!(!first.contains_key("ca.key"));
    let ingress = space
        .kind(Kind::Ingress)
        .get("shop-storefront")
        .await
        .unwrap();
    let expected = json!([{ "hosts": ["shop.localhost"], "secretName": "shop-storefront-tls" }]);
    assert_eq!(ingress.data["spec"]["tls"], expected);

    // Near its end: another certificate, for those who trust the same authority.
    let soon = Timestamp::from_second(Timestamp::now().as_second() + 29 * 86400).unwrap();
    let patch = json!({ "metadata": { "annotations": {
        names::CERTIFICATE_UNTIL: soon.to_string() } } });
    space
        .api::<Secret>()
        .patch(
            "shop-storefront-tls",
            &PatchParams::default(),
            &Patch::Merge(&patch),
        )
        .await
        .unwrap();
    let renewed = renewed(&space, &first).await;
    handshake(&trusted, &renewed, "shop.localhost").unwrap();

    // Another host needs another certificate.
    space.apply("shop", &spec("other.localhost")).await.unwrap();
    let moved = self::renewed(&space, &renewed).await;
    handshake(&trusted, &moved, "other.localhost").unwrap();
    space.phase("shop", Phase::Ready).await;
}

/// Waits for another certificate than `before`. Secrets are not watched.
async fn renewed(space: &Space, before: &Data) -> Data {
    space.annotate("shop", "test/wake", Some("renew")).await;
    let found = eventually("the certificate is another one", async || {
        let now = data(space, "shop-storefront-tls").await;
        (now["tls.crt"] != before["tls.crt"])
            .then_some(now)
            .ok_or("not yet")
    })
    .await;
    space.annotate("shop", "test/wake", None).await;
    found
}

#[tokio::test]
async fn a_certificate_that_is_missing_is_asked_for() {
    let space = Cluster::connect().await.space("tls").await;
    let _kubelet = Kubelet::start(&space);
    let _operator = Operator::start(&space).await;
    let give = async |name: &str| {
        let body = json!({
            "apiVersion": "v1", "kind": "Secret", "type": "kubernetes.io/tls",
            "metadata": { "name": name },
            "stringData": { "tls.crt": "a certificate", "tls.key": "its key" },
        });
        let parameters = PatchParams::apply("somebody").force();
        let api = space.api::<Secret>();
        api.patch(name, &parameters, &Patch::Apply(&body))
            .await
            .unwrap();
        space.annotate("shop", "test/wake", Some(name)).await;
    };
    let given = "{ingress: {host: a.localhost, tls: {secretName: mine}}}";
    space.apply("shop", given).await.unwrap();
    let exposed = ConditionType::Exposed;
    let asked = space
        .condition("shop", exposed, Reason::TlsSecretNotFound)
        .await;
    let command = format!("kubectl create secret tls mine -n {} --cert", space.name);
    assert!(asked.contains(&command), "{asked}");
    give("mine").await;
    space.phase("shop", Phase::Ready).await;
    assert!(insists(&space).await);

    let issued =
        "{ingress: {host: a.localhost, tls: {issuerRef: {name: ca, kind: ClusterIssuer}}}}";
    space.apply("shop", issued).await.unwrap();
    space
        .condition("shop", exposed, Reason::CertificatePending)
        .await;
    let ingress = space
        .object(Kind::Ingress, "shop-storefront", |live| {
            let annotations = live.metadata.annotations.as_ref();
            annotations.is_some_and(|all| {
                all.get("cert-manager.io/cluster-issuer")
                    .map(String::as_str)
                    == Some("ca")
            })
        })
        .await;
    let secret = &ingress.data["spec"]["tls"][0]["secretName"];
    give(secret.as_str().unwrap()).await;
    space.phase("shop", Phase::Ready).await;
    assert!(insists(&space).await);
}
