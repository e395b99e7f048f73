//! The last words of `up`, and the lines of `env`.

use anyhow::{Context, Result};

use super::{Place, wait::Shop};

/// Host of the example; `env` prints it without asking the cluster.
const EXAMPLE_HOST: &str = "localmart.localhost";

/// `flags` is what other commands need to mean the same cluster.
pub fn print(place: &Place, shop: &Shop, flags: &str) {
    let (namespace, name) = (&shop.namespace, &shop.name);
    println!();
    match (&shop.host, place.port) {
        (Some(host), Some(port)) => {
            println!("Shop        {}", url(host, port));
            println!("            (browsers know *.localhost; curl needs to be told where it is)");
            println!(
                "curl        curl --resolve {host}:{port}:127.0.0.1 '{}/api/v1/products?limit=3'",
                url(host, port)
            );
        }
        (Some(host), None) => println!("Shop        http://{host} at your cluster's ingress"),
        (None, _) => println!("Shop        cluster-internal: spec.ingress is absent"),
    }
    if let Some(kubeconfig) = &place.kubeconfig {
        println!("Kubeconfig  {}", kubeconfig.display());
        println!("Shell       eval \"$(cargo xtask env{flags})\"");
    }
    println!("\nNext");
    println!("  kubectl get localmart,pods,jobs,ingress -n {namespace}");
    println!("  kubectl describe localmart {name} -n {namespace}");
    println!(
        "  kubectl patch localmart {name} -n {namespace} --type merge -p '{{\"spec\":{{\"services\":{{\"catalog\":{{\"replicas\":2}}}}}}}}'"
    );
    println!("  kubectl get localmart {name} -n {namespace} --watch");
    println!("  cargo xtask down{flags}");
}

/// Shell lines that set what [`variables`] names.
pub fn environment(place: &Place) -> Result<()> {
    for (variable, value) in variables(place)? {
        println!("export {variable}='{value}'");
    }
    Ok(())
}

/// KUBECONFIG, LOCALMART_URL, and a PATH on which kubectl and helm are found.
pub fn variables(place: &Place) -> Result<Vec<(&'static str, String)>> {
    let kubeconfig = place
        .kubeconfig
        .as_ref()
        .context("no kubeconfig is known")?;
    let mut variables = vec![("KUBECONFIG", kubeconfig.display().to_string())];
    if let Some(port) = place.port {
        variables.push(("LOCALMART_URL", url(EXAMPLE_HOST, port)));
    }
    if let Some(tools) = place.kubernetes.tools() {
        let path = std::env::var("PATH").unwrap_or_default();
        variables.push(("PATH", format!("{}:{path}", tools.display())));
    }
    Ok(variables)
}

fn url(host: &str, port: u16) -> String {
    if port == 80 {
        format!("http://{host}")
    } else {
        format!("http://{host}:{port}")
    }
}

#[cfg(test)]
mod tests {
    use super::url;

    #[test]
    fn the_default_port_is_left_out() {
        assert_eq!(url("a.localhost", 80), "http://a.localhost");
        assert_eq!(url("a.localhost", 8080), "http://a.localhost:8080");
    }
}
