//! Reading a customer's cart with the catalog's prices.

use chassis::{Code, Problem};
use contracts::{
    CartId, DiscountCode,
    cart::{CartForOrders, CartState},
};

use crate::{
    app::App,
    domain::{
        discount::Offer,
        line::{self, Line, LinesError},
    },
    store::coupons,
};

/// A cart that can be ordered.
#[derive(Clone, Debug)]
pub struct Basket {
    pub id: CartId,
    pub version: u64,
    /// At the catalog's prices, without shares of discount and tax.
    pub lines: Vec<Line>,
    /// The code that the customer has given.
    pub code: Option<DiscountCode>,
}

impl Basket {
    /// What is known of its code.
    pub async fn offer(&self, app: &App) -> Result<Option<Offer>, Problem> {
        offer(app, Some(self.id), self.code.as_ref()).await
    }
}

/// What is known of the code that a cart carries.
pub async fn offer(
    app: &App,
    cart: Option<CartId>,
    code: Option<&DiscountCode>,
) -> Result<Option<Offer>, Problem> {
    if code.is_none() {
        return Ok(None);
    }
    let mut connection = app.connection().await?;
    coupons::offer(&mut connection, app.currency, cart, code).await
}

/// A customer's open cart. `not_found` when it is somebody else's, `cart_closed` when an order came
/// out of it.
pub async fn open_cart(app: &App, owner: &str, id: CartId) -> Result<CartForOrders, Problem> {
    let cart = app.calls.cart(id).await?.filter(|cart| cart.owner == owner);
    let cart = cart.ok_or_else(|| Problem::not_found(format_args!("cart {id}")))?;
    match cart.state {
        CartState::Open => Ok(cart),
        CartState::Closed => Err(closed(cart.order_number.as_deref())),
    }
}

/// The lines of a cart as the catalog sells them now. `invalid_state` when it is empty,
/// `out_of_stock` when something in it is no longer sold.
pub async fn priced(app: &App, cart: &CartForOrders) -> Result<Basket, Problem> {
    if cart.lines.is_empty() {
        return Err(Problem::new(
            Code::InvalidState,
            "The cart is empty. Put something into it before checking out.",
        ));
    }
    let variants = app.calls.variants(&cart.lines).await?;
    match line::lines(&cart.lines, &variants) {
        Ok(lines) => Ok(Basket {
            id: cart.id,
            version: cart.version,
            lines,
            code: cart.discount_code.clone(),
        }),
        Err(LinesError::Gone(gone)) => Err(Problem::new(
            Code::OutOfStock,
            "Something in the cart is no longer sold. Remove it and check out again.",
        )
        .with("lines", gone)),
        Err(LinesError::Quote(error)) => Err(Problem::internal(error)),
    }
}

/// `cart_closed`, naming the order.
pub fn closed(order_number: Option<&str>) -> Problem {
    let number = order_number.unwrap_or_default();
    Problem::new(
        Code::CartClosed,
        format!("The cart has become order {number}. Look at that order, or begin a new cart."),
    )
    .with("order_number", order_number)
}

/// `cart_changed`: what was agreed to is not what is in the cart.
pub fn changed() -> Problem {
    Problem::new(
        Code::CartChanged,
        "The cart has changed since. Look at it, then go on from the checkout of the cart.",
    )
}
