//! What a game's own page shows of a game that is sold by key, before anybody
//! opened the payment page.

use crate::catalogue::AtHand;
use crate::checkout::PageError;
use crate::port::Method;
use crate::purchase::{self, Buying, Place, Refused};
use crate::{App, known, token as tokens};
use coinslot_domain::game::Game;
use coinslot_domain::merchant::Project;
use coinslot_domain::purchase::{Choice, Refusal, Wish};
use coinslot_domain::time::Time;
use coinslot_store::game;
use coinslot_wire::token::TokenBody;
use std::sync::Arc;

/// By what the widget was opened.
#[derive(Clone, Copy, Debug)]
pub enum Source<'a> {
    /// A token of the game.
    Token(&'a str),
    /// What a browser sends in place of one, as JSON.
    Data(&'a str),
}

/// A game that is sold.
pub struct Offer {
    /// The game.
    pub game: Game,
    /// What it is called, in the token's language.
    pub name: String,
    /// Where it is sold, and for what; never empty.
    pub places: Vec<Place>,
    /// How it can be paid.
    pub methods: Vec<Method>,
    /// The token's language.
    pub language: Option<String>,
    /// The project's own language.
    pub own_language: String,
    /// Whether it can be played already.
    pub released: bool,
}

impl Offer {
    /// The cheapest place.
    pub fn cheapest(&self) -> Option<&Place> {
        self.places.iter().min_by_key(|p| p.price.minor)
    }
}

/// The first key that a token or its stand-in asks for, and what it costs.
/// Changes nothing.
///
/// # Errors
/// Those of the payment page: what cannot be bought there is not offered here.
pub async fn offer(app: &App, source: Source<'_>) -> Result<Offer, PageError> {
    let (project, body) = match source {
        Source::Data(data) => {
            let (project, _, body) = tokens::asked(app, data).await?;
            (project, body)
        }
        Source::Token(token) => said(app, token).await?,
    };
    let first = body.wishes().into_iter().find_map(|(wish, _)| match wish {
        Wish::Keys(keys) => keys.into_iter().next(),
        _ => None,
    });
    let Some((sku, _)) = first else { return Err(PageError::NothingForSale) };
    let now = app.now(project.id);
    let language = body.language().map(str::to_string);
    let own_language = project.default_locale().to_string();
    let (player, choice, goods) = (body.player(), Choice::default(), AtHand::default());
    let buying = Buying { player, project, body, choice, method: None, now, goods };
    let found = app.store.read(move |tx| {
        // As the page does, so that both say the same of what is not sold.
        purchase::quote(tx, &buying)?;
        let (name, places) = purchase::places(tx, &buying, 0, &sku)?;
        let project = buying.project.id;
        let id = game::of_sku(tx, project, &sku)?.ok_or_else(|| Refusal::NotFound(sku.clone()))?;
        let game = game::find(tx, project, id)?.ok_or_else(|| Refusal::NotFound(sku.clone()))?;
        Ok::<_, Refused>((game, name, places))
    });
    let (game, name, places) = found.await?;
    let Some(currency) = places.first().map(|p| p.price.currency) else { return Err(PageError::NothingForSale) };
    let released = is_released(&game, now);
    Ok(Offer { game, name, places, methods: app.gateway.methods(currency), language, own_language, released })
}

fn is_released(game: &Game, now: Time) -> bool {
    game.release_date.is_none_or(|date| date <= now)
}

/// What a token says that opens the page now.
async fn said(app: &App, token: &str) -> Result<(Arc<Project>, Arc<TokenBody>), PageError> {
    let mut found = tokens::find(app, token).await?.ok_or(PageError::Token)?;
    let project = found.project;
    if found.expires_at <= app.now(project) {
        return Err(PageError::Token);
    }
    if !found.dry_run {
        return Err(PageError::NoAgreement);
    }
    let body = found.take_body()?;
    let known = known::project(app, project).await?.ok_or(PageError::Token)?;
    Ok((known.project.clone(), body))
}
