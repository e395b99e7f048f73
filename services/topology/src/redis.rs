//! A shop's place in Redis: which users and keys are its own, and what each user may do.

use crate::Service;
#[cfg(doc)]
use crate::settings;

/// Where a shop's users and keys are: on a Redis of its own, or on one that others use, too.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RedisPlace(Option<String>);

impl RedisPlace {
    /// A Redis that nobody else uses.
    pub const OWN: Self = Self(None);

    /// A Redis of several shops; see [`settings::REDIS_PREFIX`].
    pub fn shared(prefix: impl Into<String>) -> Self {
        Self(Some(prefix.into()))
    }

    /// The ACL user of a service, for example `cart` or `lm_0a1b2c3d_cart`.
    pub fn user(&self, service: Service) -> String {
        match &self.0 {
            None => service.name().to_owned(),
            Some(prefix) => format!("{prefix}_{service}"),
        }
    }

    /// The key that the shop calls `name`.
    pub fn key(&self, name: &str) -> String {
        match &self.0 {
            None => name.to_owned(),
            Some(prefix) => format!("{prefix}:{name}"),
        }
    }

    /// What a service's user may do, as the words of an ACL rule: everything ordinary with its own
    /// keys, and reading in a group what it consumes. A group lives inside of the stream, so that
    /// only the commands tell reading from writing.
    pub fn rights(&self, service: Service) -> String {
        let own = self.key(service.name());
        let mut rights = format!("~{own}:* resetchannels &{own}:* +@all -@admin -@dangerous");
        for producer in service.consumes() {
            rights.push_str(" (-@all +xreadgroup +xread +xrevrange +xack +xautoclaim +xpending ");
            rights.push_str("+xgroup|create +xgroup|delconsumer ~");
            rights.push_str(&self.key(&producer.stream()));
            rights.push(')');
        }
        rights
    }

    /// The value of [`settings::REDIS_PREFIX`].
    pub fn prefix(&self) -> Option<&str> {
        self.0.as_deref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_consumes_may_read_the_stream_and_nobody_else() {
        let rights = RedisPlace::OWN.rights(Service::Catalog);
        assert!(rights.starts_with("~catalog:* "), "{rights}");
        assert!(rights.ends_with("~orders:events)"), "{rights}");
        assert!(!RedisPlace::OWN.rights(Service::Cart).contains('('));
    }

    #[test]
    fn beside_others_every_name_carries_the_prefix() {
        let place = RedisPlace::shared("lm_0a1b2c3d");
        assert_eq!(place.user(Service::Cart), "lm_0a1b2c3d_cart");
        assert_eq!(place.key("cart:cart:1"), "lm_0a1b2c3d:cart:cart:1");
        let rights = place.rights(Service::Catalog);
        for pattern in rights.split([' ', ')']).filter(|word| word.contains(':')) {
            assert!(pattern[1..].starts_with("lm_0a1b2c3d:"), "{rights}");
        }
    }
}
