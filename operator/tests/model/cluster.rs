//! A cluster small enough to be explored, and the part of an API server that the operator uses.
//!
//! Left out: lists are replaced as a whole, deletion takes effect at once, admission refuses
//! nothing. An object that is deleted and made again is another life, with another uid.

use std::{
    collections::{BTreeMap, hash_map::DefaultHasher},
    hash::{Hash, Hasher},
    sync::Arc,
};

use k8s_openapi::{ByteString, api::core::v1::Secret};
use kube::core::DynamicObject;
use localmart_api::names;
use localmart_operator::{
    build::{
        Key, Kind,
        secrets::{SecretPlan, Source},
    },
    reconcile::observed::Observed,
};
use serde_json::{Map, Value, json};

/// JSON that is compared by its hash.
#[derive(Clone)]
pub struct Body {
    pub value: Arc<Value>,
    hash: u64,
}

impl Body {
    pub fn new(value: Value) -> Self {
        Self {
            hash: hash(&value.to_string()),
            value: Arc::new(value),
        }
    }
}

impl PartialEq for Body {
    fn eq(&self, other: &Self) -> bool {
        self.hash == other.hash
    }
}

impl Eq for Body {}

impl Hash for Body {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.hash.hash(state);
    }
}

impl std::fmt::Debug for Body {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:08x}", self.hash >> 32)
    }
}

pub fn hash<T: Hash>(value: &T) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

/// How far the controller of an object is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Progress {
    /// It has not acted on the newest spec.
    Fresh,
    Done,
    /// Of a Job: no attempt is left.
    Failed,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Live {
    pub life: u8,
    pub body: Body,
    pub progress: Progress,
}

/// A Secret; equal `content` means equal values.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct LiveSecret {
    pub life: u8,
    pub content: u8,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Cluster {
    pub objects: BTreeMap<Key, Live>,
    pub secrets: BTreeMap<String, LiveSecret>,
    /// How often each name was used; a uid never comes back.
    lives: BTreeMap<String, u8>,
}

impl Cluster {
    fn next_life(&mut self, name: &str) -> u8 {
        let life = self.lives.entry(name.to_owned()).or_default();
        *life += 1;
        *life
    }

    /// Server-side apply of the operator, forced.
    pub fn apply(&mut self, key: &Key, desired: &Value) {
        let Some(live) = self.objects.get_mut(key) else {
            let life = self.next_life(&key.to_string());
            let live = Live {
                life,
                body: owned_body(desired.clone(), desired),
                progress: Progress::Fresh,
            };
            self.objects.insert(key.clone(), live);
            return;
        };
        let mut body = (*live.body.value).clone();
        let owned = body["metadata"]["managedFields"][0]["fieldsV1"].take();
        merge(&mut body, &owned, desired);
        if body["spec"] != live.body.value["spec"] {
            live.progress = Progress::Fresh;
        }
        live.body = owned_body(body, desired);
    }

    /// Creates a Secret with new values; false if there is one.
    pub fn create_secret(&mut self, name: &str) -> bool {
        if self.secrets.contains_key(name) {
            return false;
        }
        let life = self.next_life(&format!("Secret {name}"));
        let content = life;
        self.secrets
            .insert(name.to_owned(), LiveSecret { life, content });
        true
    }

    /// Somebody puts something of their own in place of an object.
    pub fn exchange(&mut self, key: &Key) {
        let life = self.next_life(&key.to_string());
        let resource = key.kind.resource();
        let body = Body::new(json!({
            "apiVersion": resource.api_version, "kind": resource.kind,
            "metadata": { "name": key.name, "namespace": "shops" },
        }));
        let progress = Progress::Fresh;
        self.objects.insert(
            key.clone(),
            Live {
                life,
                body,
                progress,
            },
        );
    }

    /// Somebody edits an object by hand, and owns from then on what they edited.
    pub fn edit(&mut self, key: &Key) {
        let live = self.objects.get_mut(key).unwrap();
        let mut body = (*live.body.value).clone();
        let fields = |body: &mut Value, path: &str| {
            if let Some(fields) = body.pointer_mut(path).and_then(Value::as_object_mut) {
                fields.remove("f:replicas");
                fields.remove(&format!("f:{}", names::PART_OF));
            }
        };
        let owned = "/metadata/managedFields/0/fieldsV1";
        if key.kind == Kind::Deployment {
            let containers = &mut body["spec"]["template"]["spec"]["containers"];
            containers[0]["image"] = json!("edited");
            body["spec"]["replicas"] = json!(3);
            fields(&mut body, &format!("{owned}/f:spec"));
            live.progress = Progress::Fresh;
        } else {
            body["metadata"]["labels"][names::PART_OF] = json!("edited");
            fields(&mut body, &format!("{owned}/f:metadata/f:labels"));
        }
        live.body = Body::new(body);
    }

    /// What the operator would find: its own objects by label, its Secrets by name.
    pub fn observed(&self, plans: &[SecretPlan]) -> Observed {
        let objects = self
            .objects
            .iter()
            .filter(|(_, live)| live.is_labelled())
            .map(|(key, live)| (key.clone(), live.object(key)));
        let secrets = plans.iter().filter_map(|plan| {
            let live = self.secrets.get(&plan.name)?;
            Some((plan.name.clone(), live.object(plan)))
        });
        Observed {
            objects: objects.collect(),
            secrets: secrets.collect(),
            ..Observed::default()
        }
    }
}

impl Live {
    pub fn uid(&self, key: &Key) -> String {
        format!("{key}-{}", self.life)
    }

    /// The uid of the LocalMart that owns it.
    pub fn owner(&self) -> Option<&str> {
        self.body.value["metadata"]["ownerReferences"][0]["uid"].as_str()
    }

    pub fn is_labelled(&self) -> bool {
        let labels = &self.body.value["metadata"]["labels"];
        labels[names::MANAGED_BY] == names::FIELD_MANAGER
    }

    /// As the API server answers it.
    pub fn object(&self, key: &Key) -> DynamicObject {
        let mut body = (*self.body.value).clone();
        body["metadata"]["uid"] = json!(self.uid(key));
        body["metadata"]["generation"] = json!(2);
        let replicas = body["spec"]["replicas"].clone();
        body["status"] = match (key.kind, self.progress) {
            (Kind::Job, Progress::Fresh) => json!({ "active": 1 }),
            (Kind::Job, Progress::Done) => json!({
                "succeeded": 1, "conditions": [{ "type": "Complete", "status": "True" }],
            }),
            (Kind::Job, Progress::Failed) => json!({
                "failed": 1, "conditions": [{ "type": "Failed", "status": "True" }],
            }),
            (_, Progress::Done) => json!({
                "observedGeneration": 2, "replicas": replicas,
                "updatedReplicas": replicas, "readyReplicas": replicas,
                "availableReplicas": replicas, "currentRevision": "a", "updateRevision": "a",
            }),
            _ => json!({ "observedGeneration": 1, "replicas": 0 }),
        };
        serde_json::from_value(body).unwrap()
    }
}

impl LiveSecret {
    fn object(&self, plan: &SecretPlan) -> Secret {
        let random = plan.keys.iter().filter(|(_, s)| *s == Source::Random);
        let mut data: BTreeMap<String, ByteString> = random
            .map(|(key, _)| {
                let value = format!("{}-{key}-{}", plan.name, self.content);
                (key.clone(), ByteString(value.into_bytes()))
            })
            .collect();
        // Only what is made from the other keys is missing now.
        data.extend(plan.missing(&data));
        let mut secret = plan.create("shops");
        let labels = secret.metadata.labels.as_mut().unwrap();
        if plan.has_data_id {
            labels.insert(names::DATA_ID.to_owned(), format!("data-{}", self.content));
        }
        secret.metadata.uid = Some(format!("{}-{}", plan.name, self.life));
        secret.data = Some(data);
        secret
    }
}

/// The body with the record that the operator decided what `desired` says.
fn owned_body(mut body: Value, desired: &Value) -> Body {
    let mut fields = desired.clone();
    let object = fields.as_object_mut().unwrap();
    object.remove("apiVersion");
    object.remove("kind");
    let metadata = object["metadata"].as_object_mut().unwrap();
    metadata.remove("name");
    metadata.remove("namespace");
    body["metadata"]["managedFields"] = json!([{
        "manager": names::FIELD_MANAGER, "operation": "Apply", "fieldsV1": ownership(&fields),
    }]);
    Body::new(body)
}

fn ownership(value: &Value) -> Value {
    let fields = value.as_object().into_iter().flatten();
    let owned: Map<_, _> = fields
        .map(|(name, value)| (format!("f:{name}"), ownership(value)))
        .collect();
    Value::Object(owned)
}

/// Desired fields are set, fields that were ours and are not desired go, those of others stay.
fn merge(live: &mut Value, owned: &Value, desired: &Value) {
    let (Some(fields), Some(wanted)) = (live.as_object_mut(), desired.as_object()) else {
        *live = desired.clone();
        return;
    };
    fields.retain(|name, _| wanted.contains_key(name) || owned.get(format!("f:{name}")).is_none());
    for (name, wanted) in wanted {
        let owned = owned.get(format!("f:{name}")).unwrap_or(&Value::Null);
        merge(
            fields.entry(name.clone()).or_insert(Value::Null),
            owned,
            wanted,
        );
    }
}
