//! Whether the way to Postgres is encrypted.

use std::{fmt, str::FromStr};

/// What a connection to Postgres insists on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DatabaseEncryption {
    /// Nothing: encrypted where the server offers it, without a look at its certificate.
    #[default]
    Offered,
    /// Not encrypted.
    Disable,
    /// Encrypted, without a look at the certificate.
    Require,
    /// Encrypted, and an authority vouches for the server and its name.
    VerifyFull,
}

impl DatabaseEncryption {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::Offered,
        Self::Disable,
        Self::Require,
        Self::VerifyFull,
    ];

    /// The word in [`crate::settings::DATABASE_ENCRYPTION`].
    pub const fn name(self) -> &'static str {
        match self {
            Self::Offered => "Offered",
            Self::Disable => "Disable",
            Self::Require => "Require",
            Self::VerifyFull => "VerifyFull",
        }
    }

    /// The word that Postgres has for it.
    pub const fn ssl_mode(self) -> &'static str {
        match self {
            Self::Offered => "prefer",
            Self::Disable => "disable",
            Self::Require => "require",
            Self::VerifyFull => "verify-full",
        }
    }
}

/// A word that is none of them.
#[derive(Debug, PartialEq, Eq)]
pub struct UnknownEncryption(pub String);

impl fmt::Display for UnknownEncryption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known = DatabaseEncryption::ALL.map(DatabaseEncryption::name);
        write!(f, "{:?} is none of {}", self.0, known.join(", "))
    }
}

impl std::error::Error for UnknownEncryption {}

impl FromStr for DatabaseEncryption {
    type Err = UnknownEncryption;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|it| it.name() == name)
            .ok_or_else(|| UnknownEncryption(name.to_owned()))
    }
}
