//! What went wrong, as the Store API says it.

use crate::Problem;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use coinslot_app::StoreError;
use coinslot_app::order::OrderError;
use coinslot_domain::coupon;
use coinslot_domain::purchase::Refusal;
use coinslot_wire::shape::{MAX_VIOLATIONS, Violation};
use coinslot_wire::shop::error::{ErrorBody, INVALID, faults};

/// An error on its way out. The layer around all handlers gives it the number of
/// the request.
#[derive(Clone, Debug)]
pub struct Fault {
    status: StatusCode,
    code: i64,
    text: String,
    extended: Vec<String>,
    /// After how many seconds to try again.
    retry_after: Option<i64>,
}

/// Said when neither the body nor the address tells the player's country.
pub(crate) const NO_COUNTRY: &str = "The parameter user.country.value or the header X-User-Ip must be specified";
/// Said without HTTP Basic credentials, or with wrong ones.
pub(crate) const NOT_AUTHENTICATED: &str = "Error in Authentication method occurred";
/// Said without a player's token where one is needed.
pub(crate) const NO_PLAYER: &str = "Authorization failed: Provide authorization";
/// Said of a player's token that does not hold.
pub(crate) const BAD_PLAYER: &str = "Authorization failed: the token is wrong, of another project, or has expired";
/// Said of a project that is not there.
pub(crate) const NO_PROJECT: &str = "Project not found";
/// Said of an order that is not there, or is another player's.
pub(crate) const NO_ORDER: &str = "Order not found";
/// Said of a cart with something in it that cannot be ordered.
pub(crate) const INVALID_CART: &str = "Invalid cart";
/// Said of a thing that cannot be ordered.
pub(crate) const INVALID_ITEM: &str = "Invalid item";
/// Said of an order in which nothing is.
pub(crate) const EMPTY: &str = "Empty cart! Cart shouldn't be empty!";
/// Said of a thing that costs nothing, where something is to be paid.
pub(crate) const IS_FREE: &str = "Item is free";
/// Said of a thing that has no price in the currency that was asked for.
pub(crate) const NO_PRICE: &str = "Item price not found";
/// Said to who has too little virtual currency.
pub(crate) const TOO_LITTLE: &str = "Not enough virtual currency";
/// Said of a limit of a player that is reached.
pub(crate) const LIMIT: &str = "User purchase limit for the item is exceeded";
/// Said of a thing that the player has and can have once.
pub(crate) const OWNED: &str = "The user has the item already";
/// Said of a game of which there are too few keys.
pub(crate) const TOO_FEW: &str = "There are fewer keys than ordered";
/// Said of a code that has been used as often as it can be.
pub(crate) const USED_UP: &str = "The redemption limit of the code is reached";
/// Said of a code that no longer holds.
pub(crate) const OUTDATED: &str = "The code has expired";
/// Said without anything that says who calls, by operations about codes.
pub(crate) const NO_AUTHORIZATION: &str = "Authorization header not sent";
/// Said of a coupon that is not there.
pub(crate) const NO_COUPON: &str = "Enter a valid coupon code.";
/// Said of a promo code that is not there.
pub(crate) const NO_CODE: &str = "Enter a valid promo code.";
/// Said of a project that takes no real payments yet.
pub(crate) const NOT_ACTIVE: &str = "The project is not active: only sandbox orders can be made";

/// What is said of a thing that is not there.
pub(crate) fn no_item(sku: &str) -> Fault {
    Fault::new(StatusCode::NOT_FOUND, 4001, format!("Item with sku = '{sku}' not found"))
}

impl Fault {
    /// An error with its published number.
    pub fn new(status: StatusCode, code: i64, text: impl Into<String>) -> Self {
        Fault { status, code, text: text.into(), extended: vec![], retry_after: None }
    }

    /// 422 with a published number.
    pub fn refused(code: i64, text: impl Into<String>) -> Self {
        Fault::new(StatusCode::UNPROCESSABLE_ENTITY, code, text)
    }

    /// 422: the request has faults.
    pub fn invalid(mut violations: Vec<Violation>) -> Self {
        violations.truncate(MAX_VIOLATIONS);
        let (text, extended) = faults(&violations);
        Fault { extended, ..Fault::refused(INVALID, text) }
    }

    /// The same for who may try again after so many seconds.
    pub(crate) fn after(self, seconds: i64) -> Self {
        Fault { retry_after: Some(seconds), ..self }
    }

    /// The same with another status.
    pub(crate) fn with_status(self, status: StatusCode) -> Self {
        Fault { status, ..self }
    }

    /// 401: HTTP Basic credentials are missing, wrong, or of somebody else.
    pub fn not_authenticated() -> Self {
        Fault::new(StatusCode::UNAUTHORIZED, 1020, NOT_AUTHENTICATED)
    }

    /// 401: there is no token of a player, or none that holds.
    pub fn no_player(text: &'static str) -> Self {
        Fault::new(StatusCode::UNAUTHORIZED, 1501, text)
    }

    /// Whether it says this.
    pub(crate) fn says(&self, text: &str) -> bool {
        self.text == text
    }

    /// The body, with the number of the request.
    pub(crate) fn body(&self, transaction_id: &str) -> ErrorBody {
        ErrorBody::new(self.status.as_u16(), self.code, &self.text, &self.extended, transaction_id)
    }
}

impl From<StoreError> for Fault {
    fn from(e: StoreError) -> Self {
        Fault::from(&Problem::from(e))
    }
}

impl From<&Problem> for Fault {
    fn from(problem: &Problem) -> Self {
        let (status, message, violations) = problem.parts();
        match status {
            _ if !violations.is_empty() => Fault::invalid(violations.to_vec()),
            StatusCode::UNPROCESSABLE_ENTITY | StatusCode::BAD_REQUEST => {
                Fault::refused(INVALID, format!("Unprocessable Entity. {message}"))
            }
            StatusCode::SERVICE_UNAVAILABLE => Fault::new(status, 1101, message),
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Fault::not_authenticated(),
            _ => Fault::new(status, 1000, message),
        }
    }
}

impl From<Problem> for Fault {
    fn from(problem: Problem) -> Self {
        Fault::from(&problem)
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let mut response = (self.status, self.body("").to_json()).into_response();
        if self.status == StatusCode::UNAUTHORIZED && self.code == 1020 {
            // Some clients send credentials only after being asked for them.
            let challenge = HeaderValue::from_static(r#"Basic realm="Store API", charset="UTF-8""#);
            response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
        }
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response.extensions_mut().insert(self);
        response
    }
}

/// What an order is made of: the same reason has another number for each.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Of<'a> {
    /// The lines of the call that makes a token.
    Lines,
    /// A cart.
    Cart,
    /// One thing, by its SKU.
    Item(&'a str),
}

impl Of<'_> {
    /// It cannot be ordered.
    fn invalid(self) -> Fault {
        match self {
            Of::Lines | Of::Cart => Fault::refused(1401, INVALID_CART),
            Of::Item(_) => Fault::refused(1411, INVALID_ITEM),
        }
    }
}

/// Why no order was made.
pub(crate) fn order(e: OrderError, of: Of<'_>) -> Fault {
    match e {
        OrderError::Empty => match of {
            Of::Lines => Fault::refused(1417, EMPTY),
            _ => of.invalid(),
        },
        OrderError::Free { all } => match of {
            Of::Lines => Fault::refused(1421, IS_FREE),
            Of::Cart if !all => Fault::refused(1421, IS_FREE),
            _ => of.invalid(),
        },
        OrderError::NotFree | OrderError::Changed => of.invalid(),
        OrderError::NoPrice => Fault::refused(4054, NO_PRICE),
        OrderError::TooLittle => Fault::refused(5006, TOO_LITTLE),
        OrderError::Disabled => Fault::refused(INVALID, "Unprocessable Entity. The user is disabled"),
        OrderError::NotActive => Fault::refused(1700, NOT_ACTIVE),
        OrderError::NoExternalId => {
            Fault::invalid(vec![Violation::new("settings.external_id", "is missing and it is required")])
        }
        OrderError::Refused(why) => refusal(why, of),
        OrderError::Store(e) => e.into(),
    }
}

fn refusal(why: Refusal, of: Of<'_>) -> Fault {
    match why {
        Refusal::NotFound(_) => match of {
            Of::Item(sku) => no_item(sku),
            _ => of.invalid(),
        },
        Refusal::NoDrm(_) | Refusal::NotForSale(_) | Refusal::NoPrice(_) | Refusal::Changed => of.invalid(),
        Refusal::Limit(_) => Fault::refused(1460, LIMIT),
        Refusal::Owned(_) => Fault::refused(1468, OWNED),
        Refusal::SoldOut(_) => Fault::refused(1424, TOO_FEW),
        why @ (Refusal::TooLittle(_) | Refusal::Quantity(_)) => {
            Fault::refused(INVALID, format!("Unprocessable Entity. {why}"))
        }
        Refusal::Coupon(why) => code(why),
    }
}

/// Why a code is not taken; it is not known if nothing is said.
pub(crate) fn code(why: Option<coupon::Refusal>) -> Fault {
    match why {
        None => Fault::new(StatusCode::NOT_FOUND, 9807, NO_CODE),
        Some(coupon::Refusal::UsedUp) => Fault::refused(9804, USED_UP),
        Some(coupon::Refusal::Expired) => Fault::refused(9810, OUTDATED),
    }
}
