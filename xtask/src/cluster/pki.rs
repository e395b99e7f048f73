//! Keys and certificates of one cluster.
//!
//! The authorities and the service-account key are kept, so that kubeconfigs and tokens outlive a
//! restart; every other certificate is issued anew at each start and never gets old.

use std::{
    fs::{self, OpenOptions},
    io::Write,
    net::IpAddr,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use anyhow::{Context, Result};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, SanType,
};

/// How far back a certificate's validity begins, for clocks that are set back.
const CLOCK_SKEW: Duration = Duration::from_hours(1);
const AUTHORITY_LIFETIME: Duration = Duration::from_hours(20 * 365 * 24);
const CERTIFICATE_LIFETIME: Duration = Duration::from_hours(365 * 24);

/// The directory with one `<name>.crt` and `<name>.key` per certificate.
#[derive(Clone, Debug)]
pub(crate) struct Pki {
    directory: PathBuf,
}

/// An authority that can sign.
pub(crate) struct Authority {
    issuer: Issuer<'static, KeyPair>,
}

/// What a certificate is for.
pub(crate) enum Role<'a> {
    /// Proves who calls: a Kubernetes user and, where it has one, its group.
    Client {
        user: &'a str,
        group: Option<&'a str>,
    },
    /// Proves who answers, at these names and addresses.
    Server {
        names: &'a [&'a str],
        addresses: &'a [IpAddr],
    },
    /// Both at once, as etcd wants for its own connections.
    Peer {
        names: &'a [&'a str],
        addresses: &'a [IpAddr],
    },
}

impl Pki {
    pub(crate) fn open(directory: PathBuf) -> Result<Self> {
        fs::create_dir_all(&directory)
            .with_context(|| format!("cannot create {}", directory.display()))?;
        Ok(Self { directory })
    }

    pub(crate) fn certificate(&self, name: &str) -> PathBuf {
        self.directory.join(format!("{name}.crt"))
    }

    pub(crate) fn key(&self, name: &str) -> PathBuf {
        self.directory.join(format!("{name}.key"))
    }

    /// The authority called `name`, made on first use.
    pub(crate) fn authority(&self, name: &str) -> Result<Authority> {
        let (certificate, key) = (self.certificate(name), self.key(name));
        if !certificate.exists() {
            let pair = KeyPair::generate().context("cannot generate a key")?;
            let own = authority_parameters(name)
                .self_signed(&pair)
                .with_context(|| format!("cannot make the authority {name}"))?;
            write_private(&key, &pair.serialize_pem())?;
            // The certificate last: its presence says that the key is there too.
            write_private(&certificate, &own.pem())?;
        }
        let pair = KeyPair::from_pem(&read(&key)?)
            .with_context(|| format!("{} is not a key", key.display()))?;
        // Signing needs the authority's name and key only, which are the same each time.
        let issuer = Issuer::new(authority_parameters(name), pair);
        Ok(Authority { issuer })
    }

    /// Issues the certificate called `name`, replacing an earlier one.
    pub(crate) fn issue(&self, authority: &Authority, name: &str, role: &Role<'_>) -> Result<()> {
        let pair = KeyPair::generate().context("cannot generate a key")?;
        let certificate = parameters(name, role)?
            .signed_by(&pair, &authority.issuer)
            .with_context(|| format!("cannot issue the certificate {name}"))?;
        write_private(&self.key(name), &pair.serialize_pem())?;
        write_private(&self.certificate(name), &certificate.pem())
    }

    /// The public half of a key pair made with [`Pki::key_pair`].
    pub(crate) fn public_key(&self, name: &str) -> PathBuf {
        self.directory.join(format!("{name}.pub"))
    }

    /// A key pair without a certificate, made on first use.
    pub(crate) fn key_pair(&self, name: &str) -> Result<()> {
        let public = self.public_key(name);
        if !public.exists() {
            let pair = KeyPair::generate().context("cannot generate a key")?;
            write_private(&self.key(name), &pair.serialize_pem())?;
            // The public half last: its presence says that the key is there too.
            write_private(&public, &pair.public_key_pem())?;
        }
        Ok(())
    }
}

fn authority_parameters(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![
        KeyUsagePurpose::DigitalSignature,
        KeyUsagePurpose::KeyCertSign,
        KeyUsagePurpose::CrlSign,
    ];
    set_lifetime(&mut params, AUTHORITY_LIFETIME);
    params
}

fn parameters(name: &str, role: &Role<'_>) -> Result<CertificateParams> {
    let mut params = CertificateParams::default();
    params.use_authority_key_identifier_extension = true;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    set_lifetime(&mut params, CERTIFICATE_LIFETIME);
    match role {
        Role::Client { user, group } => {
            params.distinguished_name.push(DnType::CommonName, *user);
            if let Some(group) = group {
                params
                    .distinguished_name
                    .push(DnType::OrganizationName, *group);
            }
            params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        }
        Role::Server { names, addresses } => {
            params.distinguished_name.push(DnType::CommonName, name);
            params.subject_alt_names = subject_names(names, addresses)?;
            params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        }
        Role::Peer { names, addresses } => {
            params.distinguished_name.push(DnType::CommonName, name);
            params.subject_alt_names = subject_names(names, addresses)?;
            params.extended_key_usages = vec![
                ExtendedKeyUsagePurpose::ServerAuth,
                ExtendedKeyUsagePurpose::ClientAuth,
            ];
        }
    }
    Ok(params)
}

fn subject_names(names: &[&str], addresses: &[IpAddr]) -> Result<Vec<SanType>> {
    let mut all = Vec::new();
    for name in names {
        let name = (*name)
            .try_into()
            .with_context(|| format!("{name} is not a DNS name"))?;
        all.push(SanType::DnsName(name));
    }
    all.extend(addresses.iter().map(|address| SanType::IpAddress(*address)));
    Ok(all)
}

fn set_lifetime(params: &mut CertificateParams, lifetime: Duration) {
    let now = SystemTime::now();
    params.not_before = (now - CLOCK_SKEW).into();
    params.not_after = (now + lifetime).into();
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}

/// Replaces `path` whole, readable by its owner only.
pub(crate) fn write_private(path: &Path, content: &str) -> Result<()> {
    let fresh = path.with_extension("new");
    let write = || -> std::io::Result<()> {
        let mut file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&fresh)?;
        file.write_all(content.as_bytes())?;
        fs::rename(&fresh, path)
    };
    write().with_context(|| format!("cannot write {}", path.display()))
}
