//! The control plane, and a namespace of one's own in it.

use std::{collections::BTreeMap, fmt::Debug, path::PathBuf};

use k8s_openapi::{
    api::{batch::v1::Job, core::v1::Namespace, networking::v1::IngressClass},
    apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition,
};
use kube::{
    Api, Client, Config, ResourceExt,
    api::{DeleteParams, DynamicObject, ListParams, Patch, PatchParams, PostParams},
    config::{KubeConfigOptions, Kubeconfig},
    core::{ApiResource, NamespaceResourceScope, PartialObjectMeta, Resource, Status},
};
use localmart_api::{
    LocalMart, LocalMartStatus, Phase,
    conditions::{ConditionType, Reason},
    names, schema,
};
use localmart_operator::build::Kind;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::{gateway, wait::eventually};

/// Who the tests are, in managed fields.
const TESTER: &str = "somebody-else";

/// The control plane, with all rights.
#[derive(Clone)]
pub struct Cluster {
    pub client: Client,
}

impl Cluster {
    /// Connects, and installs the CRD, that of routes and a default IngressClass.
    pub async fn connect() -> Self {
        // Fails only when a provider is installed already.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let path: PathBuf = std::env::var_os("LOCALMART_TEST_KUBECONFIG")
            .expect(
                "LOCALMART_TEST_KUBECONFIG is not set: these tests need a control plane. \
                 `cargo xtask test operator` starts one and runs them; by hand: `cargo xtask \
                 cluster start --name test --control-plane-only` prints the path to set",
            )
            .into();
        let kubeconfig = Kubeconfig::read_from(&path).unwrap();
        let config = Config::from_custom_kubeconfig(kubeconfig, &KubeConfigOptions::default())
            .await
            .unwrap();
        let cluster = Self {
            client: Client::try_from(config).unwrap(),
        };
        cluster
            .install_crd(&serde_json::to_value(schema::crd()).unwrap())
            .await;
        cluster.install_crd(gateway::crd()).await;
        cluster.install_ingress_class().await;
        cluster
    }

    /// Installs a CRD and waits until it is served.
    pub async fn install_crd(&self, crd: &Value) {
        let api: Api<CustomResourceDefinition> = Api::all(self.client.clone());
        let name = crd["metadata"]["name"].as_str().unwrap();
        api.patch(
            name,
            &PatchParams::apply(TESTER).force(),
            &Patch::Apply(crd),
        )
        .await
        .unwrap();
        eventually("the CRD is established", async || {
            let crd = api.get(name).await.unwrap();
            let conditions = crd
                .status
                .unwrap_or_default()
                .conditions
                .unwrap_or_default();
            conditions
                .iter()
                .any(|c| c.type_ == "Established" && c.status == "True")
                .then_some(())
                .ok_or(conditions)
        })
        .await;
    }

    async fn install_ingress_class(&self) {
        let api: Api<IngressClass> = Api::all(self.client.clone());
        let class = json!({
            "apiVersion": "networking.k8s.io/v1",
            "kind": "IngressClass",
            "metadata": {
                "name": "traefik",
                "annotations": { "ingressclass.kubernetes.io/is-default-class": "true" },
            },
            "spec": { "controller": "localmart.dev/test" },
        });
        api.patch(
            "traefik",
            &PatchParams::apply(TESTER).force(),
            &Patch::Apply(&class),
        )
        .await
        .unwrap();
    }

    /// Removes every LocalMart, for tests whose operator looks everywhere.
    pub async fn clear(&self) {
        let api: Api<PartialObjectMeta<LocalMart>> = Api::all(self.client.clone());
        for shop in api.list(&ListParams::default()).await.unwrap() {
            let namespace = shop.namespace().unwrap();
            let api: Api<PartialObjectMeta<LocalMart>> =
                Api::namespaced(self.client.clone(), &namespace);
            let _ = api
                .delete(&shop.name_any(), &DeleteParams::background())
                .await
                .unwrap();
        }
    }

    /// A new namespace that enforces Pod Security `restricted`.
    pub async fn space(&self, purpose: &str) -> Space {
        let name = format!("{purpose}-{}", hex::encode(rand::random::<[u8; 4]>()));
        let namespace: Namespace = serde_json::from_value(json!({
            "metadata": {
                "name": name,
                "labels": { "pod-security.kubernetes.io/enforce": "restricted" },
            },
        }))
        .unwrap();
        let api: Api<Namespace> = Api::all(self.client.clone());
        api.create(&PostParams::default(), &namespace)
            .await
            .unwrap();
        Space {
            cluster: self.clone(),
            name,
        }
    }
}

/// A namespace of one's own.
#[derive(Clone)]
pub struct Space {
    pub cluster: Cluster,
    pub name: String,
}

impl Space {
    pub fn api<K>(&self) -> Api<K>
    where
        K: Resource<DynamicType = (), Scope = NamespaceResourceScope>,
    {
        Api::namespaced(self.cluster.client.clone(), &self.name)
    }

    pub fn kind(&self, kind: Kind) -> Api<DynamicObject> {
        Api::namespaced_with(self.cluster.client.clone(), &self.name, &kind.resource())
    }

    /// A LocalMart of this name and spec, created or changed with strict validation, as `kubectl
    /// apply` asks for it.
    pub async fn apply(&self, name: &str, spec: &str) -> Result<LocalMart, Box<Status>> {
        self.send(name, spec, false).await
    }

    /// What the API server would say to [`Self::apply`].
    pub async fn dry_run(&self, name: &str, spec: &str) -> Result<LocalMart, Box<Status>> {
        self.send(name, spec, true).await
    }

    /// Again after a conflict, as kubectl does: the operator may write the status in between.
    async fn send(&self, name: &str, spec: &str, dry_run: bool) -> Result<LocalMart, Box<Status>> {
        const ATTEMPTS: usize = 10;
        let mut sent = self.send_once(name, spec, dry_run).await;
        for _ in 1..ATTEMPTS {
            match &sent {
                Err(status) if status.is_conflict() => {
                    sent = self.send_once(name, spec, dry_run).await;
                }
                _ => break,
            }
        }
        sent
    }

    async fn send_once(
        &self,
        name: &str,
        spec: &str,
        dry_run: bool,
    ) -> Result<LocalMart, Box<Status>> {
        let spec: Value = localmart_operator::yaml::from_str(spec).unwrap();
        let live = self.api::<LocalMart>().get_opt(name).await.unwrap();
        let mut body = json!({
            "apiVersion": "localmart.dev/v1alpha1",
            "kind": "LocalMart",
            "metadata": { "name": name, "namespace": self.name },
            "spec": spec,
        });
        let path = format!(
            "/apis/localmart.dev/v1alpha1/namespaces/{}/localmarts",
            self.name
        );
        let query = if dry_run { "&dryRun=All" } else { "" };
        let request = match live {
            None => http::Request::post(format!("{path}?fieldValidation=Strict{query}")),
            Some(live) => {
                body["metadata"]["resourceVersion"] = json!(live.resource_version());
                http::Request::put(format!("{path}/{name}?fieldValidation=Strict{query}"))
            }
        };
        let request = request
            .header("content-type", "application/json")
            .body(body.to_string().into_bytes())
            .unwrap();
        match self.cluster.client.request(request).await {
            Ok(object) => Ok(object),
            Err(kube::Error::Api(status)) => Err(status),
            Err(error) => panic!("apply {name}: {error}"),
        }
    }

    /// Every document of a file in `examples/`, put into this namespace. Returns the name of its
    /// LocalMart.
    pub async fn apply_example(&self, file: &str) -> String {
        let path = format!("{}/../examples/{file}", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
        let mut shop = None;
        for mut document in localmart_operator::yaml::documents(&text).unwrap() {
            document["metadata"]["namespace"] = json!(self.name);
            let object: DynamicObject = serde_json::from_value(document).unwrap();
            let types = object.types.clone().unwrap();
            let (group, version) = types
                .api_version
                .split_once('/')
                .unwrap_or(("", &types.api_version));
            let gvk = kube::core::GroupVersionKind::gvk(group, version, &types.kind);
            let resource = ApiResource::from_gvk(&gvk);
            let api: Api<DynamicObject> =
                Api::namespaced_with(self.cluster.client.clone(), &self.name, &resource);
            let parameters = PatchParams::apply(TESTER).force().validation_strict();
            api.patch(&object.name_any(), &parameters, &Patch::Apply(&object))
                .await
                .unwrap_or_else(|error| panic!("{file}: {error}"));
            if types.kind == "LocalMart" {
                shop = Some(object.name_any());
            }
        }
        shop.expect("the example has a LocalMart")
    }

    /// A Secret or ConfigMap of the user with one key.
    pub async fn give(&self, kind: &str, name: &str, field: &str, key: &str, value: &str) {
        self.furnish(kind, name, &json!({ field: { key: value } }))
            .await;
    }

    /// A Secret or ConfigMap of the user with these fields.
    pub async fn furnish(&self, kind: &str, name: &str, fields: &Value) {
        let mut body = fields.clone();
        body["apiVersion"] = json!("v1");
        body["kind"] = json!(kind);
        body["metadata"] = json!({ "name": name, "namespace": self.name });
        let resource = ApiResource::from_gvk(&kube::core::GroupVersionKind::gvk("", "v1", kind));
        let api: Api<DynamicObject> =
            Api::namespaced_with(self.cluster.client.clone(), &self.name, &resource);
        api.patch(
            name,
            &PatchParams::apply(TESTER).force(),
            &Patch::Apply(&body),
        )
        .await
        .unwrap();
    }

    pub async fn shop(&self, name: &str) -> LocalMart {
        self.api::<LocalMart>().get(name).await.unwrap()
    }

    /// Waits until the status of a LocalMart has what `wanted` looks for.
    pub async fn status<T: Debug>(
        &self,
        name: &str,
        what: &str,
        wanted: impl Fn(&LocalMart, &LocalMartStatus) -> Option<T>,
    ) -> T {
        eventually(&format!("{name} {what}"), async || {
            let shop = self.shop(name).await;
            let status = shop.status.clone().unwrap_or_default();
            wanted(&shop, &status).ok_or(status)
        })
        .await
    }

    /// Waits until a LocalMart is in this phase for its newest spec.
    pub async fn phase(&self, name: &str, phase: Phase) {
        self.status(name, &format!("is {phase:?}"), |shop, status| {
            let newest = status.observed_generation == shop.metadata.generation;
            (newest && status.phase == Some(phase)).then_some(())
        })
        .await;
    }

    /// Waits until a condition has this reason, and returns its message.
    pub async fn condition(&self, name: &str, type_: ConditionType, wanted: Reason) -> String {
        let what = format!("has {} {}", type_.as_str(), wanted.as_str());
        self.status(name, &what, |_, status| {
            let condition = status.condition(type_)?;
            (condition.reason == wanted.as_str()).then(|| condition.message.clone())
        })
        .await
    }

    /// The image that the pods of a service of `shop` are to run.
    pub async fn image(&self, service: &str) -> String {
        let name = format!("shop-{service}");
        let deployment = self.kind(Kind::Deployment).get(&name).await.unwrap();
        let container = &deployment.data["spec"]["template"]["spec"]["containers"][0];
        container["image"].as_str().unwrap().to_owned()
    }

    /// The Jobs of a task.
    pub async fn jobs(&self, task: &str) -> Vec<Job> {
        let label = format!("{}={task}", names::TASK);
        let list = ListParams::default().labels(&label);
        self.api::<Job>().list(&list).await.unwrap().items
    }

    /// Waits until an object exists and `wanted` likes it.
    pub async fn object(
        &self,
        kind: Kind,
        name: &str,
        wanted: impl Fn(&DynamicObject) -> bool,
    ) -> DynamicObject {
        let api = self.kind(kind);
        eventually(
            &format!("{} {name} is as wanted", kind.name()),
            async || {
                let found = api.get_opt(name).await.unwrap();
                found.filter(|object| wanted(object)).ok_or("not yet")
            },
        )
        .await
    }

    /// Waits until an object is gone.
    pub async fn gone(&self, kind: Kind, name: &str) {
        let api = self.kind(kind);
        eventually(
            &format!("{} {name} is gone", kind.name()),
            async || match api.get_opt(name).await.unwrap() {
                None => Ok(()),
                Some(object) => Err(object.metadata),
            },
        )
        .await;
    }

    /// Every object of the kinds that the operator makes, by kind and name.
    pub async fn all(&self) -> BTreeMap<(Kind, String), DynamicObject> {
        let mut found = BTreeMap::new();
        for kind in Kind::ALL {
            let ours = ListParams::default().labels("app.kubernetes.io/part-of=localmart");
            for object in self.kind(kind).list(&ours).await.unwrap() {
                found.insert((kind, object.name_any()), object);
            }
        }
        found
    }

    /// A merge patch by somebody who is not the operator.
    pub async fn edit(&self, kind: Kind, name: &str, patch: &Value) {
        self.kind(kind)
            .patch(name, &PatchParams::default(), &Patch::Merge(patch))
            .await
            .unwrap();
    }

    pub async fn annotate(&self, name: &str, annotation: &str, value: Option<&str>) {
        let patch = json!({ "metadata": { "annotations": { annotation: value } } });
        self.api::<LocalMart>()
            .patch(name, &PatchParams::default(), &Patch::Merge(&patch))
            .await
            .unwrap();
    }

    pub async fn delete<K>(&self, name: &str)
    where
        K: Resource<DynamicType = (), Scope = NamespaceResourceScope>
            + Clone
            + Debug
            + DeserializeOwned,
    {
        self.api::<K>()
            .delete(name, &DeleteParams::background())
            .await
            .unwrap();
    }
}
