//! The middleware that lets only known callers in.

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use topology::Service;

use super::{Caller, InternalKeys};
use crate::problem::{Code, Problem};

/// Paths that customers must never reach, whatever the gateway does.
const INTERNAL: &str = "/internal/";

/// Verifies the token of every request and keeps the [`Caller`] for handlers. The storefront
/// speaks for browsers, so it is refused on internal paths.
pub(crate) async fn check(
    State(keys): State<InternalKeys>,
    mut request: Request,
    next: Next,
) -> Result<Response, Problem> {
    let caller = keys.verify(request.headers())?;
    if caller.service == Service::Storefront && request.uri().path().starts_with(INTERNAL) {
        return Err(forbidden(&caller));
    }
    request.extensions_mut().insert(caller);
    Ok(next.run(request).await)
}

/// A route layer that admits only some callers:
/// `.route_layer(axum::middleware::from_fn_with_state(&[Service::Orders], auth::only))`.
pub async fn only(
    State(callers): State<&'static [Service]>,
    caller: Caller,
    request: Request,
    next: Next,
) -> Result<Response, Problem> {
    if callers.contains(&caller.service) {
        Ok(next.run(request).await)
    } else {
        Err(forbidden(&caller))
    }
}

/// A route layer that admits only callers whose subject has a role:
/// `.route_layer(axum::middleware::from_fn_with_state(auth::ROLE_ADMIN, auth::needs))`.
pub async fn needs(
    State(role): State<&'static str>,
    caller: Caller,
    request: Request,
    next: Next,
) -> Result<Response, Problem> {
    if caller.has_role(role) {
        Ok(next.run(request).await)
    } else {
        Err(Problem::new(
            Code::Forbidden,
            format!("This needs the role {role}; sign in with an account that has it."),
        ))
    }
}

fn forbidden(caller: &Caller) -> Problem {
    Problem::new(
        Code::Forbidden,
        format!("The service {} may not call this endpoint.", caller.service),
    )
}
