//! The certificate that the operator makes where nobody gives one.
//!
//! An authority signs it, once made and then kept, so that whoever trusts the authority goes on
//! trusting when the certificate is renewed. Its key has a Secret of its own: an ingress controller
//! reads the certificate and never that.

use std::collections::BTreeMap;

use k8s_openapi::{
    ByteString,
    api::core::v1::Secret,
    apimachinery::pkg::apis::meta::v1::{ObjectMeta, OwnerReference},
    jiff::Timestamp,
};
use kube::{
    Api, Client, ResourceExt,
    api::{Patch, PatchParams, PostParams},
};
use localmart_api::{
    conditions::Reason,
    names::{self, FIELD_MANAGER},
};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use serde_json::json;
use time::{Duration, OffsetDateTime};

use crate::{error::Failure, reconcile::shop::Identity};

const CERTIFICATE: &str = "tls.crt";
const KEY: &str = "tls.key";
/// The authority's certificate, beside what it signed as well.
pub const AUTHORITY: &str = "ca.crt";
const AUTHORITY_KEY: &str = "ca.key";

const LIFETIME: Duration = Duration::days(90);
/// Renewed when less than this is left.
const RESERVE: Duration = Duration::days(30);
const AUTHORITY_LIFETIME: Duration = Duration::days(3650);

/// What was found in the Secret of a certificate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// It has a certificate and a key.
    pub usable: bool,
    /// The operator made it for this host, and it is not time to renew it.
    pub lasts: bool,
}

impl Found {
    /// Looks at the Secret; reading the clock is the caller's.
    pub fn of(secret: Option<&Secret>, host: &str, now: Timestamp) -> Self {
        let Some(secret) = secret else {
            return Self::default();
        };
        let has = |key: &str| {
            let data = secret.data.as_ref();
            data.and_then(|data| data.get(key))
                .is_some_and(|value| !value.0.is_empty())
        };
        let note = |name: &str| secret.annotations().get(name).map(String::as_str);
        let usable = has(CERTIFICATE) && has(KEY);
        let until =
            note(names::CERTIFICATE_UNTIL).and_then(|until| until.parse::<Timestamp>().ok());
        let left = until.map_or(0, |until| until.as_second() - now.as_second());
        Self {
            usable,
            lasts: usable
                && note(names::CERTIFICATE_HOST) == Some(host)
                && left > RESERVE.whole_seconds(),
        }
    }
}

/// A certificate to make.
#[derive(Clone, Debug)]
pub struct CertificatePlan {
    /// Secret of the certificate.
    pub secret: String,
    /// Secret of its authority.
    pub authority: String,
    pub host: String,
    pub labels: BTreeMap<String, String>,
    pub owner: OwnerReference,
}

/// Makes the certificate, and its authority if there is none.
pub async fn issue(
    client: &Client,
    identity: &Identity,
    plan: &CertificatePlan,
) -> Result<(), Failure> {
    let api: Api<Secret> = Api::namespaced(client.clone(), &identity.namespace);
    let words = |verb: &str, name: &str| format!("{verb} Secret {name}");
    let read = async |name: &str| {
        let found = api.get_opt(name).await;
        let found = found.map_err(|error| Failure::api(&words("read", name), &error))?;
        match found {
            Some(found) if !is_ours(&found, identity) => Err(name_taken(name, identity)),
            found => Ok(found),
        }
    };
    let create = async |name: &str, kind: &str, data, annotations| {
        let secret = Secret {
            metadata: ObjectMeta {
                name: Some(name.to_owned()),
                namespace: Some(identity.namespace.clone()),
                labels: Some(plan.labels.clone()),
                annotations,
                owner_references: Some(vec![plan.owner.clone()]),
                ..ObjectMeta::default()
            },
            type_: Some(kind.to_owned()),
            data: Some(data),
            ..Secret::default()
        };
        let parameters = PostParams {
            field_manager: Some(FIELD_MANAGER.to_owned()),
            ..PostParams::default()
        };
        let created = api.create(&parameters, &secret).await;
        // Somebody was faster: a conflict, after which everything is read again.
        created.map_err(|error| Failure::api(&words("create", name), &error))
    };
    let authority = match read(&plan.authority).await? {
        Some(authority) => authority,
        None => create(&plan.authority, "Opaque", new_authority(identity)?, None).await?,
    };
    let (data, until) = sign(&authority, identity, &plan.host)?;
    let notes = BTreeMap::from([
        (names::CERTIFICATE_HOST.to_owned(), plan.host.clone()),
        (names::CERTIFICATE_UNTIL.to_owned(), until),
    ]);
    match read(&plan.secret).await? {
        None => {
            create(&plan.secret, "kubernetes.io/tls", data, Some(notes)).await?;
        }
        Some(live) => {
            let patch = json!({
                "metadata": { "resourceVersion": live.resource_version(), "annotations": notes },
                "data": data,
            });
            let parameters = PatchParams {
                field_manager: Some(FIELD_MANAGER.to_owned()),
                ..PatchParams::default()
            };
            api.patch(&plan.secret, &parameters, &Patch::Merge(&patch))
                .await
                .map_err(|error| Failure::api(&words("renew", &plan.secret), &error))?;
        }
    }
    tracing::info!(secret = plan.secret, host = plan.host, "certificate made");
    Ok(())
}

fn is_ours(secret: &Secret, identity: &Identity) -> bool {
    let labels = secret.labels();
    labels.get(names::MANAGED_BY).map(String::as_str) == Some(FIELD_MANAGER)
        && labels.get(names::INSTANCE) == Some(&identity.name)
}

fn name_taken(name: &str, identity: &Identity) -> Failure {
    Failure::new(
        Reason::NameTaken,
        format!(
            "Secret {name} in namespace {} belongs to someone else and is left alone; rename or \
             remove it, or set spec.ingress.tls.secretName to use it",
            identity.namespace
        ),
    )
}

type Data = BTreeMap<String, ByteString>;

fn data<const N: usize>(entries: [(&str, String); N]) -> Data {
    entries
        .into_iter()
        .map(|(key, text)| (key.to_owned(), ByteString(text.into_bytes())))
        .collect()
}

fn failed(error: &rcgen::Error) -> Failure {
    Failure::new(
        Reason::InvalidSpec,
        format!(
            "spec.ingress.tls.selfSigned: the certificate cannot be made: {error}; delete the \
             Secret of its authority to begin with a new one"
        ),
    )
}

fn authority_parameters(identity: &Identity) -> CertificateParams {
    let mut parameters = CertificateParams::default();
    let name = format!("LocalMart {}/{}", identity.namespace, identity.name);
    parameters.distinguished_name.push(DnType::CommonName, name);
    parameters.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    parameters.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    parameters.not_before = OffsetDateTime::now_utc() - Duration::days(1);
    parameters.not_after = OffsetDateTime::now_utc() + AUTHORITY_LIFETIME;
    parameters
}

fn new_authority(identity: &Identity) -> Result<Data, Failure> {
    let key = KeyPair::generate().map_err(|error| failed(&error))?;
    let certificate = authority_parameters(identity)
        .self_signed(&key)
        .map_err(|error| failed(&error))?;
    Ok(data([
        (AUTHORITY, certificate.pem()),
        (AUTHORITY_KEY, key.serialize_pem()),
    ]))
}

/// A new key and its certificate, and until when it is good.
fn sign(authority: &Secret, identity: &Identity, host: &str) -> Result<(Data, String), Failure> {
    let text = |key: &str| {
        let data = authority.data.as_ref();
        let value = data.and_then(|data| data.get(key));
        value.map_or_else(String::new, |value| {
            String::from_utf8_lossy(&value.0).into_owned()
        })
    };
    let signer = KeyPair::from_pem(&text(AUTHORITY_KEY)).map_err(|error| failed(&error))?;
    let issuer = Issuer::new(authority_parameters(identity), signer);
    let key = KeyPair::generate().map_err(|error| failed(&error))?;
    let mut parameters =
        CertificateParams::new(vec![host.to_owned()]).map_err(|error| failed(&error))?;
    parameters
        .distinguished_name
        .push(DnType::CommonName, "LocalMart storefront");
    parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    parameters.use_authority_key_identifier_extension = true;
    parameters.not_before = OffsetDateTime::now_utc() - Duration::days(1);
    parameters.not_after = OffsetDateTime::now_utc() + LIFETIME;
    let until = Timestamp::from_second(parameters.not_after.unix_timestamp()).unwrap_or_default();
    let certificate = parameters
        .signed_by(&key, &issuer)
        .map_err(|error| failed(&error))?;
    let made = data([
        (CERTIFICATE, certificate.pem()),
        (KEY, key.serialize_pem()),
        (AUTHORITY, text(AUTHORITY)),
    ]);
    Ok((made, until.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(host: &str, days: i64) -> Secret {
        let until = Timestamp::from_second(days * 86400).unwrap().to_string();
        serde_json::from_value(json!({
            "metadata": { "annotations": {
                names::CERTIFICATE_HOST: host, names::CERTIFICATE_UNTIL: until } },
            "data": { CERTIFICATE: "YQ==", KEY: "YQ==" },
        }))
        .unwrap()
    }

    #[test]
    fn a_certificate_is_renewed_in_time_and_for_another_host() {
        let found = |secret: &Secret| Found::of(Some(secret), "a", Timestamp::UNIX_EPOCH);
        assert!(found(&secret("a", 31)).lasts);
        assert!(!found(&secret("a", 29)).lasts);
        assert!(!found(&secret("b", 31)).lasts);
        assert!(found(&secret("b", 31)).usable);
        assert!(!found(&Secret::default()).usable);
        assert_eq!(
            Found::of(None, "a", Timestamp::UNIX_EPOCH),
            Found::default()
        );
    }
}
