//! The description of a service's API, from its Rust types.

use utoipa::{
    OpenApi,
    openapi::{
        Info, OpenApi as Document, OpenApiBuilder,
        security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};

use crate::{Service, problem};

#[derive(OpenApi)]
#[openapi(components(schemas(problem::Document, problem::Code, problem::FieldError)))]
struct Shared;

/// The start of a service's document: title, the shape of problems, the Bearer scheme. Give it to
/// `OpenApiRouter::with_openapi`.
pub fn document(service: Service, title: &str) -> Document {
    let mut components = Shared::openapi().components.unwrap_or_default();
    components.add_security_scheme(
        "bearer",
        SecurityScheme::Http(
            HttpBuilder::new()
                .scheme(HttpAuthScheme::Bearer)
                .description(Some(
                    "The token that POST /api/v1/carts returned. Browsers use the session cookie \
                 instead.",
                ))
                .build(),
        ),
    );
    let mut info = Info::new(title, env!("CARGO_PKG_VERSION"));
    info.description = Some(format!(
        "Everything that the {service} service answers. Paths under /internal/ are for other \
         services only."
    ));
    OpenApiBuilder::new()
        .info(info)
        .components(Some(components))
        .build()
}

/// The document as it is committed: pretty JSON with a line end.
pub fn printed(document: &Document) -> String {
    let mut text = document.to_pretty_json().unwrap_or_default();
    text.push('\n');
    text
}
