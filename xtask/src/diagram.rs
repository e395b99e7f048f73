//! The page that draws the call graph from the topology table.

use std::fmt::Write;

use topology::Service;

/// Markdown with a mermaid diagram and a table.
pub fn page() -> String {
    let mut page = String::from(
        "# Services and calls\n\nMade from `services/topology` by `cargo xtask gen`.\n\n```mermaid\nflowchart LR\n  browser([browser]) --> ingress --> storefront\n",
    );
    for caller in Service::ALL {
        for callee in caller.calls() {
            line(&mut page, format_args!("  {caller} --> {callee}"));
        }
    }
    for service in Service::ALL {
        if service.has_schema() {
            line(
                &mut page,
                format_args!("  {service} --> Postgres[(Postgres)]"),
            );
        }
        if service.uses_redis() {
            line(&mut page, format_args!("  {service} --> Redis[(Redis)]"));
        }
    }
    page.push_str("```\n\n| service | image | calls | Postgres schema | Redis |\n| --- | --- | --- | --- | --- |\n");
    for service in Service::ALL {
        let calls: Vec<_> = service.calls().iter().map(|c| c.name()).collect();
        line(
            &mut page,
            format_args!(
                "| {service} | `{}` | {} | {} | {} |",
                service.image(),
                calls.join(", "),
                if service.has_schema() {
                    service.name()
                } else {
                    ""
                },
                if service.uses_redis() { "yes" } else { "" },
            ),
        );
    }
    page
}

fn line(page: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a String cannot fail.
    let _ = writeln!(page, "{text}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_edge_is_drawn() {
        let page = page();
        for caller in Service::ALL {
            for callee in caller.calls() {
                assert!(
                    page.contains(&format!("  {caller} --> {callee}\n")),
                    "{page}"
                );
            }
        }
    }
}
