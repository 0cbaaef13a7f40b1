//! Who gets what is bought, where the token makes it a gift.

use crate::form::{is_email, is_line};
use crate::frame::{error, frame, policy, text};
use crate::http::{self, Visit};
use crate::pages::{self, Answer, ENTRY, kept, open};
use crate::view::{FriendChoice, GiftPage};
use askama::Template;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use coinslot_app::checkout::{Checkout, PageError};
use coinslot_app::{Shared, gift};
use coinslot_domain::gift::Friend;

pub(crate) const GIFT: &str = "/paystation2/gift";

/// `GET /paystation2/gift`
pub(crate) async fn show(State(app): State<Shared>, request: Request) -> Answer {
    let visit = Visit::of_query(&request);
    let checkout = open(&app, &visit).await?;
    if let Some(elsewhere) = pages::misplaced(&visit, &checkout, checkout.gift.is_some()) {
        return Ok(elsewhere);
    }
    Ok(page(&app, &visit, &checkout, None).await)
}

/// `POST /paystation2/gift`: chooses a friend, or whoever the game knows by an
/// id that players know.
pub(crate) async fn choose(State(app): State<Shared>, request: Request) -> Answer {
    let visit = Visit::of_form(request).await?;
    let checkout = open(&app, &visit).await?;
    if let Some(elsewhere) = pages::misplaced(&visit, &checkout, checkout.gift.is_some()) {
        return Ok(elsewhere);
    }
    let t = text(&visit, Some(&checkout));
    let friend = match wanted(&app, &visit, &checkout).await {
        Ok(Some(friend)) => friend,
        Ok(None) => return Ok(page(&app, &visit, &checkout, Some(t.s("gift-unknown"))).await),
        Err(e) => return Ok(error(&visit, Some(&checkout), e)),
    };
    match gift::choose(&app, &checkout, friend, visit.ip.as_deref()).await {
        Ok(true) => Ok(http::see_other(&pages::onward(&visit, &checkout, ENTRY))),
        Ok(false) => Ok(page(&app, &visit, &checkout, Some(t.s("gift-unknown"))).await),
        Err(e) => Ok(error(&visit, Some(&checkout), e)),
    }
}

/// Whom the form names: one of a list, or somebody whom the game finds.
async fn wanted(app: &Shared, visit: &Visit, c: &Checkout) -> Result<Option<Friend>, PageError> {
    let line = |name| visit.params.get(name).filter(|text| is_line(text)).map(str::to_string);
    if let Some(id) = line("receiver") {
        let email = line("receiver_email").filter(|email| is_email(email));
        return Ok(Some(Friend { id, name: line("receiver_name"), email }));
    }
    // Where the token lists friends, those are all there are.
    let open = c.gift.as_ref().is_some_and(|gift| gift.giving.friends.is_empty());
    match line("public_id").filter(|_| open) {
        Some(public_id) => gift::search(app, c, &public_id).await,
        None => Ok(None),
    }
}

/// The page; `problem` is said on top.
pub(crate) async fn page(app: &Shared, visit: &Visit, c: &Checkout, problem: Option<String>) -> Response {
    let t = text(visit, Some(c));
    let query = visit.params.get("friend").unwrap_or_default();
    let friends = match gift::friends(app, c, query).await {
        Ok(friends) => friends,
        Err(e) => return error(visit, Some(c), e),
    };
    let listed = c.gift.as_ref().is_some_and(|gift| !gift.giving.friends.is_empty());
    let status = if problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let choice = |friend: &Friend| FriendChoice {
        id: friend.id.clone(),
        called: friend.called().to_string(),
        initial: initial(friend.called()),
        // What the token lists, the server knows.
        name: friend.name.clone().filter(|_| !listed),
        email: friend.email.clone().filter(|_| !listed),
    };
    let page = GiftPage {
        f: frame(visit, Some(c), t, t.s("gift-title"), GIFT),
        kept: kept(visit, c),
        shop: pages::shop(visit, c),
        // A list that the game does not give cannot be searched.
        query: friends.as_ref().map(|_| query.to_string()),
        friends: friends.iter().flatten().map(choice).collect(),
        names: !listed,
        named: visit.params.get("public_id").unwrap_or_default().to_string(),
        problem,
    };
    http::page(status, &policy(Some(c)), page.render())
}

fn initial(name: &str) -> String {
    name.chars().find(|c| c.is_alphanumeric()).map(|c| c.to_uppercase().to_string()).unwrap_or_default()
}
