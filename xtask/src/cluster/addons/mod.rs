//! What a cluster needs besides Kubernetes itself: DNS, storage, ingress and metrics, as pods from
//! images made here.

use std::fs;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use super::{
    control_plane::DNS_SERVICE,
    namespace::{NODE_ADDRESS, VOLUMES},
    programs::Programs,
};
use crate::{
    images::oci::{ImageRef, ImageSpec, write_archive},
    progress::Progress,
};

const MANIFESTS: [&str; 5] = [
    include_str!("dns.yaml"),
    include_str!("storage.yaml"),
    include_str!("ingress.yaml"),
    include_str!("metrics.yaml"),
    include_str!("policies.yaml"),
];

/// The Deployments without which the cluster is of no use yet. Metrics need a while to collect.
pub(crate) const AWAITED: [&str; 3] = ["coredns", "local-path-provisioner", "traefik"];

/// The images of the add-ons and of the container that holds each pod together.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct AddonImages {
    pub(crate) pause: ImageRef,
    kubelite: ImageRef,
    local_path: ImageRef,
    traefik: ImageRef,
}

impl AddonImages {
    /// Makes the images, or finds those made earlier from the same programs.
    pub(crate) fn build(programs: &Programs, progress: &Progress) -> Result<Self> {
        let directory = programs.directory().join("images");
        let index = directory.join("index.json");
        if let Ok(text) = fs::read(&index) {
            return serde_json::from_slice(&text)
                .with_context(|| format!("{} is damaged; remove it", index.display()));
        }
        let step = progress.step("images of the add-ons");
        let pack = |name: &str, files: &[&str]| -> Result<ImageRef> {
            step.say(name);
            let mut spec = ImageSpec::new(format!("localmart/{name}"));
            for file in files {
                spec.files
                    .push((programs.path(file), format!("/{file}"), 0o755));
            }
            spec.entrypoint = vec![format!("/{}", files[0])];
            write_archive(&spec, &directory)
        };
        let images = Self {
            pause: pack("pause", &["pause"])?,
            kubelite: pack("kubelite", &["kubelite"])?,
            local_path: pack("local-path", &["local-path-provisioner", "volume"])?,
            traefik: pack("traefik", &["traefik"])?,
        };
        // The index last: its presence says that every archive is complete.
        fs::write(&index, serde_json::to_vec_pretty(&images)?)
            .with_context(|| format!("cannot write {}", index.display()))?;
        step.done("packed");
        Ok(images)
    }

    pub(crate) fn all(&self) -> [&ImageRef; 4] {
        [&self.pause, &self.kubelite, &self.local_path, &self.traefik]
    }

    /// The add-ons' objects as one YAML text.
    pub(crate) fn manifest(&self) -> String {
        MANIFESTS
            .join("\n---\n")
            .replace("${KUBELITE_IMAGE}", &self.kubelite.reference)
            .replace("${LOCAL_PATH_IMAGE}", &self.local_path.reference)
            .replace("${TRAEFIK_IMAGE}", &self.traefik.reference)
            .replace("${DNS_SERVICE}", &DNS_SERVICE.to_string())
            .replace("${NODE_ADDRESS}", &NODE_ADDRESS.to_string())
            .replace("${VOLUMES}", VOLUMES)
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize as _;
    use serde_yaml::Value;

    use super::*;

    fn manifest() -> String {
        let image = |name: &str| ImageRef {
            reference: format!("localmart/{name}:1"),
            archive: name.into(),
            bytes: 1,
        };
        let images = AddonImages {
            pause: image("pause"),
            kubelite: image("kubelite"),
            local_path: image("local-path"),
            traefik: image("traefik"),
        };
        images.manifest()
    }

    #[test]
    fn every_placeholder_is_filled_in() {
        assert!(!manifest().contains("${"));
    }

    #[test]
    fn every_awaited_deployment_exists() {
        let text = manifest();
        let objects: Vec<Value> = serde_yaml::Deserializer::from_str(&text)
            .map(|document| Value::deserialize(document).expect("an object"))
            .collect();
        for name in AWAITED {
            let found = objects
                .iter()
                .any(|object| object["kind"] == "Deployment" && object["metadata"]["name"] == name);
            assert!(found, "{name}");
        }
    }
}
