//! The money: a payment is begun, charged, and captured or declined.

use super::{Checkout, Next, PageError, PayError, Paying, admit, breakdown};
use crate::balance::{self, Teller};
use crate::catalogue::AtHand;
use crate::gift::{self, Gifting};
use crate::port::{CardRefused, CardToken, Charge, ChargeAnswer};
use crate::purchase::{self, Buying, Refused};
use crate::{App, Shared, account, hub, known, message, pincode, subscription, tracking, webhook};
use coinslot_domain::hub::METHOD_NAME;
use coinslot_domain::id::{AttemptId, EntryId, EventId, OrderId, PaymentId, ProjectId};
use coinslot_domain::ledger::{self, Entry, EntryKind};
use coinslot_domain::merchant::Project;
use coinslot_domain::message::MessageKind;
use coinslot_domain::money::Money;
use coinslot_domain::order::{Order, OrderEvent, OrderState, Player};
use coinslot_domain::payment::{AttemptState, Decline, Notified, Payment, PaymentEvent, PaymentState};
use coinslot_domain::purchase::{LineKind, Refusal};
use coinslot_domain::time::{Span, Time};
use coinslot_domain::wallet as domain;
use coinslot_domain::webhook::Optional;
use coinslot_store::payment::{Attempt, News};
use coinslot_store::shipping as store_shipping;
use coinslot_store::{StoreError, Tx, coupon, mail, merchant, order, payment, reached, wallet};
use coinslot_wire::shop::webhook::OrderNotice;
use coinslot_wire::token::PlayerField;
use coinslot_wire::webhook::PaymentNotice;
use std::sync::Arc;

/// Where the player of a payment belongs.
fn whither(payment: &Payment) -> Next {
    if payment.state == PaymentState::Challenged { Next::Challenge } else { Next::Status }
}

/// Pays what was opened. A second call while a payment is under way or done changes nothing and
/// says where to go, so a double click, a reload or a second tab never pays
/// twice: what was opened may be out of date, and is looked at again in the
/// transaction that begins the payment.
pub async fn pay(app: &Shared, checkout: &Checkout, paying: Paying) -> Result<Next, PayError> {
    if let Some(p) = checkout.payment.as_ref().filter(|p| p.state != PaymentState::Declined) {
        return Ok(whither(p));
    }
    if checkout.started.is_some() {
        return Ok(Next::Status);
    }
    if checkout.shop.is_some() {
        return Err(PageError::NothingForSale.into());
    }
    let saved = match paying.account {
        Some(id) => Some(checkout.accounts.iter().find(|a| a.id == id).ok_or(PayError::Method)?.clone()),
        None => None,
    };
    if let Some(first) = checkout.unsaid() {
        return Ok(first);
    }
    if saved.is_none() && checkout.body.only_saved() {
        return Err(PayError::Method);
    }
    let number = saved.as_ref().map_or(paying.method, |a| a.method);
    let method = checkout.methods.iter().find(|m| m.id == number).ok_or(PayError::Method)?.clone();
    let now = app.now(checkout.project.id);
    let (year, month, _) = now.date();
    let card = match (&saved, &paying.card, method.takes_card) {
        (Some(a), ..) => (!a.token.is_empty()).then(|| CardToken { token: a.token.clone(), masked: a.name.clone() }),
        (None, Some(card), true) => Some(app.gateway.tokenize(card, (year, month)).map_err(PayError::Card)?),
        (None, None, true) => return Err(PayError::Card(CardRefused::Number)),
        (None, _, false) => None,
    };
    admit(app, checkout, paying.ip.as_deref()).await?;
    let gift = match checkout.gift.as_deref() {
        Some(Gifting { giving, receiver: Some(receiver) }) => {
            if !Box::pin(gift::knows(app, checkout, receiver, paying.ip.as_deref())).await? {
                return Err(PageError::ReceiverRefused.into());
            }
            Some(giving.to(receiver))
        }
        _ => None,
    };

    let said = |field, new: Option<String>, old: &Option<String>| {
        new.filter(|_| checkout.body.may_change(field)).or_else(|| old.clone())
    };
    let player = Player {
        email: match checkout.body.may_change(PlayerField::Email) {
            true => paying.email.or_else(|| checkout.player.email.clone()),
            false => checkout.player.email.clone().or(paying.email),
        },
        name: said(PlayerField::Name, paying.name, &checkout.player.name),
        phone: said(PlayerField::Phone, paying.phone, &checkout.player.phone),
        zip: paying.zip,
        ip: paying.ip,
        id: checkout.player.id.clone(),
        country: checkout.player.country.clone(),
    };
    if checkout.is_free() {
        let kept = subscription::Kept {
            kind: method.key.to_string(),
            token: card.as_ref().map(|c| app.gateway.keep(&c.token)).unwrap_or_default(),
            name: card.map_or_else(|| method.name.to_string(), |c| c.masked),
        };
        let paying = subscription::Paying { method: method.id, kept, player, account: saved.map(|a| a.id) };
        Box::pin(subscription::begin_free(app, checkout, paying)).await?;
        return Ok(Next::Status);
    }
    // What a catalogue sells is priced again: some promotions are for some ways
    // to pay, and the page may be hours old.
    let listed = purchase::wanted(&checkout.body, &checkout.choice) || !checkout.lines.is_empty();
    let goods = if listed { AtHand::of(app, checkout.project.id).await? } else { AtHand::default() };
    let buying = listed.then(|| Buying {
        goods,
        project: checkout.project.clone(),
        body: checkout.body.clone(),
        choice: checkout.choice.clone(),
        player: checkout.player.clone(),
        method: Some(method.id),
        now,
    });
    let settled = checkout.payment.is_some() || checkout.order.is_some();
    let (lines, breakdown) = match buying.clone().filter(|_| !settled) {
        None => (checkout.lines.clone(), checkout.breakdown),
        Some(buying) => {
            let lines = app.store.read(move |tx| purchase::quote(tx, &buying)).await?;
            let breakdown = breakdown(&checkout.project, &checkout.body, &checkout.player, &lines)?;
            if paying.shown.is_some_and(|shown| breakdown.payment.minor > shown) {
                return Err(PageError::Refused(Refusal::Changed).into());
            }
            (lines, breakdown)
        }
    };
    // A subscription is charged again later, so it needs something to charge.
    let keep = (paying.save && !checkout.guest) || checkout.subscribes();
    let attempt_id = app.id(AttemptId::new).await?;
    let order = match &checkout.order {
        Some(made) => Order { player, ..Order::clone(made) },
        None => Order {
            project: checkout.project.id,
            id: app.id(OrderId::new).await?,
            state: OrderState::New,
            player,
            total: breakdown.total(),
            lines,
            description: checkout.body.description().map(str::to_string),
            external_id: checkout.body.external_id().map(str::to_string),
            custom_parameters: checkout.body.custom_parameters_text(),
            placed: None,
            gift,
        },
    };
    let zero = Money::zero(order.total.currency);
    let fresh = Payment {
        project: order.project,
        id: app.id(PaymentId::new).await?,
        order: order.id,
        state: PaymentState::Pending,
        attempt: attempt_id,
        method: method.id,
        breakdown,
        refunded: zero,
        reserved: zero,
        dry_run: checkout.sandbox,
        notified: Notified::NotNeeded,
        created_at: now,
        paid_at: None,
        decline: None,
        card: card.as_ref().map(|c| c.masked.clone()),
    };
    let attempt = Attempt {
        project: fresh.project,
        id: attempt_id,
        payment: fresh.id,
        state: AttemptState::Pending,
        method: method.id,
        card_token: card.map(|c| c.token),
        keep,
    };
    let charge = charge_of(&fresh, &attempt);
    // In one piece on the heap: it is handed from thread to thread.
    let mut trying = Arc::new(Trying {
        buying,
        order,
        payment: fresh,
        attempt,
        token_hash: checkout.token_hash.clone(),
        ships: checkout.ships(),
        sold_at: checkout.sold_at,
        now,
    });
    if let Some(place) = checkout.place {
        app.unused.used(checkout.project.id, place);
    }
    if app.gateway.at_once(&charge) == Some(ChargeAnswer::Succeeded) {
        let closing = Closing::of(app, &charge, Some((&trying, &checkout.project)), None).await?;
        // Nobody else has it yet.
        Arc::make_mut(&mut trying).is_taken(&checkout.project)?;
        return take_at_once(app, checkout.project.clone(), trying, Arc::new(closing), charge).await;
    }
    let (plain, wanted) = (trying.buying.is_none(), trying.clone());
    let begin = move |tx: &mut Tx<'_>| begin(tx, &wanted);
    let begun = match plain {
        true => app.store.write_together(begin).await?,
        // What is limited is held, and others may want it too.
        false => app.store.write(begin).await?,
    };
    match begun {
        Begun::New => settle(app, charge, trying.payment.id, Some(trying)).await,
        Begun::Ours(payment) => settle(app, charge, payment.id, None).await,
        Begun::Theirs(payment) => Ok(whither(&payment)),
    }
}

/// Asks the gateway and notes what it says. In a task of its own: a browser that
/// goes away must not leave the charge half noted.
async fn settle(
    app: &Shared,
    charge: Charge,
    payment: PaymentId,
    begun: Option<Arc<Trying>>,
) -> Result<Next, PayError> {
    let app = app.clone();
    let settled = tokio::spawn(async move {
        reached("checkout.begun");
        let answer = app.gateway.charge(charge.clone()).await;
        reached("checkout.charged");
        finish(&app, &charge, payment, answer, begun, None).await
    });
    match settled.await {
        Ok(payment) => Ok(payment?.as_ref().map_or(Next::Status, whither)),
        // Whatever happened there, the attempt is on disk and is asked again.
        Err(_) => Ok(Next::Status),
    }
}

/// Begins a payment and captures it in the same transaction, where the gateway
/// has nobody to ask.
async fn take_at_once(
    app: &Shared,
    project: Arc<Project>,
    trying: Arc<Trying>,
    closing: Arc<Closing>,
    charge: Charge,
) -> Result<Next, PayError> {
    let (what, how) = (trying.clone(), closing.clone());
    let write = move |tx: &mut Tx<'_>| {
        let begun = begin(tx, &what)?;
        if let Begun::New = begun {
            book(tx, &how, &project, &what.payment, &what.attempt, &what.order)?;
        }
        Ok::<_, Refused>(begun)
    };
    let quiet = closing.quiet;
    let taking = {
        let app = app.clone();
        async move {
            let begun = match closing.plain {
                true => app.store.write_together(write).await?,
                false => app.store.write(write).await?,
            };
            if let Begun::New = begun {
                app.meter.charge(ChargeAnswer::Succeeded);
                closing.done(&app, &trying.payment).await?;
            }
            Ok::<_, PageError>(begun)
        }
    };
    // A browser that goes away must not keep others from being told.
    let begun = match quiet {
        true => taking.await?,
        false => match tokio::spawn(taking).await {
            Ok(begun) => begun?,
            Err(_) => return Err(PageError::Unavailable.into()),
        },
    };
    match begun {
        Begun::New => Ok(Next::Status),
        // It was tried before; what that try left over is taken step by step.
        Begun::Ours(payment) => settle(app, charge, payment.id, None).await,
        Begun::Theirs(payment) => Ok(whither(&payment)),
    }
}

/// A try to pay for a token.
#[derive(Clone)]
pub(crate) struct Trying {
    buying: Option<Buying>,
    order: Order,
    payment: Payment,
    attempt: Attempt,
    token_hash: String,
    /// Whether an address goes with the order.
    ships: bool,
    /// As long as the catalogue has this version, all of the order is sold.
    sold_at: Option<i64>,
    now: Time,
}

impl Trying {
    /// From now on its money is taken.
    fn is_taken(&mut self, project: &Project) -> Result<(), StoreError> {
        is_taken(project, &mut self.payment, &mut self.attempt, &mut self.order, self.now)
    }
}

/// Makes of what is about to be written what it is once its money is taken.
pub(crate) fn is_taken(
    project: &Project,
    payment: &mut Payment,
    attempt: &mut Attempt,
    order: &mut Order,
    now: Time,
) -> Result<(), StoreError> {
    let id = payment.id;
    payment.state = payment.state.after(PaymentEvent::Captured).ok_or_else(|| lost(id, "beginning"))?;
    payment.paid_at = Some(now);
    payment.notified = told(project);
    attempt.state = attempt.state.after(PaymentEvent::Captured).ok_or_else(|| lost(id, "attempt"))?;
    order.state = order.state.after(OrderEvent::Paid).ok_or_else(|| lost(id, "unpaid order"))?;
    Ok(())
}

enum Begun {
    /// All of it is as it was wanted.
    New,
    /// This call made an attempt at a payment that was there, and is to charge
    /// it.
    Ours(Payment),
    /// Another call was faster, or nothing is left to pay.
    Theirs(Payment),
}

/// Begins a payment that is charged next, or writes down at once one whose
/// money is taken.
fn begin(tx: &mut Tx<'_>, trying: &Trying) -> Result<Begun, Refused> {
    let Trying { buying, order, payment: fresh, attempt, token_hash, ships, sold_at, now } = trying;
    if payment::insert(tx, fresh, token_hash)? {
        match buying {
            // It keeps its prices, but not what is no longer sold.
            Some(buying) if order.placed.is_some() => {
                let all_is_sold = sold_at.is_some() && buying.shelf(tx)?.version() == *sold_at;
                if !all_is_sold {
                    purchase::quote(tx, buying)?;
                }
            }
            Some(buying) => purchase::verify(tx, buying, order)?,
            None => {}
        }
        match order.placed {
            Some(_) if !order::set_player(tx, order, fresh.id)? => return Err(lost(fresh.id, "unpaid order").into()),
            Some(_) => {}
            None => order::insert(tx, order, Some(fresh.id), *now)?,
        }
        if *ships && !store_shipping::attach(tx, fresh.project, token_hash, order.id)? {
            return Err(StoreError::Corrupt("an address vanished".into()).into());
        }
        if let Some(buying) = buying {
            purchase::reserve(tx, buying, order, fresh.attempt.get(), *now)?;
        }
        reached("checkout.order");
        payment::insert_attempt(tx, attempt, *now)?;
        reached("checkout.attempt");
        return Ok(Begun::New);
    }
    let vanished = || StoreError::Corrupt("a payment vanished".into());
    let found = payment::of_token(tx, fresh.project, token_hash)?.ok_or_else(vanished)?;
    // Our own, of a run whose commit was not heard of.
    if found.attempt == fresh.attempt {
        return Ok(if found.state == PaymentState::Pending { Begun::Ours(found) } else { Begun::Theirs(found) });
    }
    let Some(ours) = payment::retry(tx, found, fresh.attempt, fresh.method, fresh.card.clone())? else {
        let found = payment::of_token(tx, fresh.project, token_hash)?;
        return Ok(Begun::Theirs(found.ok_or_else(vanished)?));
    };
    // The decline gave back what the order had set aside.
    if let Some(buying) = buying {
        let order = order::find(tx, ours.project, ours.order)?
            .ok_or_else(|| StoreError::Corrupt("an order vanished".into()))?;
        // An order that was made before its token keeps its coupon by itself.
        if order.placed.is_none() {
            purchase::hold(tx, buying, &order)?;
        }
        purchase::reserve(tx, buying, &order, fresh.attempt.get(), *now)?;
    }
    reached("checkout.order");
    let attempt = Attempt { payment: ours.id, method: ours.method, state: AttemptState::Pending, ..attempt.clone() };
    payment::insert_attempt(tx, &attempt, *now)?;
    reached("checkout.attempt");
    Ok(Begun::Ours(ours))
}

/// Passes the player's answer on to the bank. Does nothing when no question is
/// open.
pub async fn answer_challenge(app: &Shared, checkout: &Checkout, approved: bool) -> Result<(), PageError> {
    let challenged = checkout.payment.clone().filter(|p| p.state == PaymentState::Challenged);
    let Some(payment) = challenged else { return Ok(()) };
    let now = app.now(payment.project);
    let (project, id, attempt_id) = (payment.project, payment.id, payment.attempt);
    let attempt = app
        .store
        .write(move |tx| {
            let Some(payment) = payment::lock(tx, project, id)? else { return Ok(None) };
            let Some(attempt) = payment::find_attempt(tx, project, attempt_id)? else { return Ok(None) };
            let event = PaymentEvent::ChallengeAnswered;
            // Passed on by a run whose commit was not heard of. Whoever answered
            // in the same moment is told the same: the bank has one answer.
            if payment.attempt == attempt_id
                && (payment.state, attempt.state) == (PaymentState::Pending, AttemptState::Pending)
                && payment::attempt_moved(tx, &attempt)? == Some(now)
            {
                return Ok(Some(attempt));
            }
            let ours = payment.attempt == attempt_id
                && payment::advance_attempt(tx, &attempt, event, None, now)?
                && payment::advance(tx, payment, event, News::default())?.is_some();
            Ok::<_, StoreError>(ours.then_some(attempt))
        })
        .await?;
    // Another tab answered first.
    let Some(attempt) = attempt else { return Ok(()) };
    let charge = charge_of(&payment, &attempt);
    let app = app.clone();
    let settled = tokio::spawn(async move {
        let answer = app.gateway.answer_challenge(charge.clone(), approved).await;
        reached("checkout.answered");
        finish(&app, &charge, id, answer, None, None).await
    });
    if let Ok(result) = settled.await {
        result?;
    }
    Ok(())
}

pub(crate) fn charge_of(payment: &Payment, attempt: &Attempt) -> Charge {
    Charge {
        project: payment.project,
        attempt: attempt.id,
        method: attempt.method,
        card: attempt.card_token.clone(),
        amount: payment.breakdown.payment,
    }
}

/// What a transaction that captures has to know, and what is to be done when it
/// is committed.
struct Closing {
    project: ProjectId,
    /// What is sold, where it is in hand.
    goods: AtHand,
    /// What the way to pay is called.
    method: &'static str,
    /// How it is saved, if it is.
    kept: subscription::Kept,
    event: EventId,
    mail_at: Option<Time>,
    now: Time,
    /// The player, if who pays is in hand, and whether the wallet is certain to
    /// know him or her.
    player: Option<(String, bool)>,
    /// No goods, nothing saved: such captures touch rows of their own.
    plain: bool,
    /// Nobody is told of it.
    quiet: bool,
    /// It may have bought keys.
    keyed: bool,
    /// For virtual currency that it may have bought.
    teller: Option<Teller>,
}

impl Closing {
    /// Of a payment that nobody makes on a page: nothing is saved with it.
    fn unattended(project: ProjectId, method: &'static str, event: EventId, mail_at: Option<Time>, now: Time) -> Self {
        Closing {
            project,
            goods: AtHand::default(),
            method,
            kept: subscription::Kept::default(),
            event,
            mail_at,
            now,
            player: None,
            plain: false,
            quiet: false,
            keyed: false,
            teller: None,
        }
    }

    /// `event` is the number of the webhook, if who charges has one already.
    async fn of(
        app: &App,
        charge: &Charge,
        begun: Option<(&Trying, &Arc<Project>)>,
        event: Option<EventId>,
    ) -> Result<Self, StoreError> {
        let currency = charge.amount.currency;
        let method = app.method_name(charge.method, currency);
        let plain = begun.as_ref().is_some_and(|(t, _)| t.order.lines.is_empty() && !t.attempt.keep);
        let kept = match plain {
            true => subscription::Kept::default(),
            false => subscription::Kept {
                kind: app.gateway.methods(currency).iter().find(|m| m.id == charge.method).map_or("", |m| m.key).into(),
                token: charge.card.as_deref().map(|card| app.gateway.keep(card)).unwrap_or_default(),
                name: method.into(),
            },
        };
        let mail_at = app.post.is_some().then(|| app.clock.now());
        let player = begun.as_ref().map(|(t, _)| &t.order.player.id);
        let event = match event {
            Some(event) => event,
            None => app.id(EventId::new).await?,
        };
        let coins = |t: &Trying| t.order.lines.iter().any(|l| l.kind == LineKind::VirtualCurrency);
        let teller = match &begun {
            Some((trying, _)) if !coins(trying) => None,
            Some((_, project)) => Teller::of_project(app, project).await?,
            None => Teller::of(app, charge.project).await?,
        };
        Ok(Closing {
            project: charge.project,
            method,
            kept,
            event,
            teller,
            now: app.now(charge.project),
            player: player.map(|id| (id.clone(), app.known.is_registered(charge.project, id))),
            plain,
            // A project without an address is told of nothing, and nothing comes
            // of it later unless it subscribes.
            quiet: mail_at.is_none()
                && begun.as_ref().is_some_and(|(t, project)| {
                    let subscribes = t.attempt.keep || t.order.lines.iter().any(|l| l.kind == LineKind::Plan);
                    project.webhook_url.is_none() && !subscribes
                }),
            mail_at,
            // Who only just began it knows whether it buys keys.
            keyed: begun.as_ref().is_none_or(|(t, _)| t.order.lines.iter().any(|l| l.kind == LineKind::Key)),
            goods: begun.and_then(|(t, _)| Some(t.buying.as_ref()?.goods.clone())).unwrap_or_default(),
        })
    }

    /// What follows the commit.
    async fn done(&self, app: &App, payment: &Payment) -> Result<(), StoreError> {
        reached("checkout.finished");
        let taken = payment.state.was_captured();
        if self.keyed && taken {
            Box::pin(pincode::fetch(app, self.project, payment.order, Some(payment.id))).await?;
        }
        if let Some((player, false)) = self.player.as_ref().filter(|_| taken) {
            app.known.registered(self.project, player);
        }
        if !self.quiet {
            app.wake_worker();
        }
        tracking::tell(app, self.project, payment.order).await;
        Ok(())
    }
}

/// Notes what a gateway said of an attempt. Saying it twice, or late, changes
/// nothing; the payment as it stands then. Who has just begun the payment
/// passes on what was written, which need not be read again as long as the
/// payment stands where it began, and `event`, the number of what the game is
/// told, if there is one already.
pub(crate) async fn finish(
    app: &App,
    charge: &Charge,
    id: PaymentId,
    answer: ChargeAnswer,
    begun: Option<Arc<Trying>>,
    event: Option<EventId>,
) -> Result<Option<Payment>, StoreError> {
    let (project, attempt_id) = (charge.project, charge.attempt);
    app.meter.charge(answer);
    if answer == ChargeAnswer::Unknown {
        return app.store.read(move |tx| payment::find(tx, project, id)).await;
    }
    let begun = match begun.filter(|_| answer == ChargeAnswer::Succeeded) {
        Some(begun) => known::project(app, project).await?.map(|known| (begun, known.project.clone())),
        None => None,
    };
    let trying = begun.as_ref().map(|(begun, project)| (&**begun, project));
    let closing = Arc::new(Closing::of(app, charge, trying, event).await?);
    let (how, now) = (closing.clone(), closing.now);
    let note = move |tx: &mut Tx<'_>| {
        if let Some((begun, project)) = &begun {
            let Trying { payment, attempt, order, .. } = &**begun;
            let captured = capture(tx, &how, project, payment.clone(), attempt, Some(order))?;
            if captured.is_some() {
                return Ok(captured);
            }
        }
        let Some(payment) = payment::lock(tx, project, id)? else { return Ok(None) };
        let Some(attempt) = payment::find_attempt(tx, project, attempt_id)? else { return Ok(Some(payment)) };
        if payment.attempt != attempt_id {
            return Ok(Some(payment));
        }
        let unmoved = payment.clone();
        let moved = match answer {
            ChargeAnswer::Succeeded => {
                let project = merchant::find_project(tx, project)?;
                let project = project.ok_or_else(|| lost(id, "project"))?;
                capture(tx, &how, &project, payment, &attempt, None)?
            }
            ChargeAnswer::Challenge => {
                let event = PaymentEvent::ChallengeAsked;
                payment::advance_attempt(tx, &attempt, event, None, now)?;
                payment::advance(tx, payment, event, News::default())?
            }
            // Decided here and not at the gateway, so it holds only while
            // the player has not answered after all.
            ChargeAnswer::Failed(Decline::Expired) if attempt.state != AttemptState::Challenged => None,
            ChargeAnswer::Failed(why) => {
                let event = PaymentEvent::Declined;
                if payment::advance_attempt(tx, &attempt, event, Some(why), now)? {
                    let about = (attempt_id.get(), Some(id));
                    message::tell(tx, project, MessageKind::PaymentDeclined, about, why.name(), now)?;
                }
                let moved = payment::advance(tx, payment, event, News { decline: Some(why), ..News::default() })?;
                if let Some(payment) = &moved
                    && let Some(order) = order::find(tx, project, payment.order)?
                {
                    purchase::release(tx, &order, now)?;
                    subscription::declined(tx, &order, payment, now)?;
                    tell_declined(tx, &order, payment, why, how.event, now)?;
                }
                moved
            }
            ChargeAnswer::Unknown => None,
        };
        Ok::<_, StoreError>(Some(moved.unwrap_or(unmoved)))
    };
    let payment = match closing.plain {
        true => app.store.write_together(note).await?,
        false => app.store.write(note).await?,
    };
    if let Some(payment) = &payment {
        closing.done(app, payment).await?;
    }
    Ok(payment)
}

/// Tells the game of a payment that was not taken, if it wants to know. Nothing
/// waits for that: the try's own number stands in the place of the payment's, so
/// that a listener without an answer to it holds up no payment.
fn tell_declined(
    tx: &mut Tx<'_>,
    order: &Order,
    payment: &Payment,
    why: Decline,
    event: EventId,
    now: Time,
) -> Result<(), StoreError> {
    let Some(project) = merchant::find_project(tx, payment.project)? else { return Ok(()) };
    let place = PaymentId::new(payment.attempt.get());
    let Some(place) = place.filter(|_| project.webhook_url.is_some() && project.wants(Optional::PsDeclined)) else {
        return Ok(());
    };
    let kind = Optional::PsDeclined.name();
    let body = coinslot_wire::notice::ps_declined(&project, order, payment, why);
    coinslot_store::webhook::insert(tx, payment.project, event, place, kind, &body, now)
}

/// A player who paid or subscribed is one that the project's wallet knows.
pub(crate) fn register(tx: &mut Tx<'_>, project: ProjectId, player: &Player, now: Time) -> Result<(), StoreError> {
    let Player { id, name, email, .. } = player;
    let player = domain::Player::new(project, id, now);
    wallet::register(tx, &domain::Player { name: name.clone(), email: email.clone(), ..player })
}

/// Begins and captures a payment that a partner of the Distribution Hub took:
/// nothing is saved, and nothing charged again. `told` is the number of the
/// webhook, when to mail, and who tells of virtual currency.
pub(crate) fn capture_pushed(
    tx: &mut Tx<'_>,
    payment: Payment,
    attempt: &Attempt,
    (project, order): (&Project, &Order),
    goods: &AtHand,
    told: (EventId, Option<Time>, Option<Teller>),
    now: Time,
) -> Result<Option<Payment>, StoreError> {
    let (event, mail_at, teller) = told;
    let closing = Closing::unattended(project.id, METHOD_NAME, event, mail_at, now);
    let closing = Closing { goods: goods.clone(), teller, ..closing };
    capture(tx, &closing, project, payment, attempt, Some(order))
}

/// Books a payment of a saved account that was begun as one whose money is taken,
/// in the same transaction. `method` is what the way to pay is called.
pub(crate) fn book_taken(
    tx: &mut Tx<'_>,
    project: &Project,
    taken: &account::Taken,
    method: &'static str,
    (event, mail_at): (EventId, Option<Time>),
    now: Time,
) -> Result<(), StoreError> {
    let closing = Closing::unattended(project.id, method, event, mail_at, now);
    book(tx, &closing, project, &taken.payment, &taken.attempt, &taken.order)
}

/// What follows the commit of such a payment, besides waking the worker.
pub(crate) async fn was_taken(app: &App, payment: &Payment) {
    reached("checkout.finished");
    app.meter.charge(ChargeAnswer::Succeeded);
    tracking::tell(app, payment.project, payment.order).await;
}

fn lost(payment: PaymentId, what: &str) -> StoreError {
    StoreError::Corrupt(format!("payment {payment} has lost its {what}"))
}

/// Whether the game is to be told of payments.
fn told(project: &Project) -> Notified {
    if project.webhook_url.is_some() { Notified::Pending } else { Notified::NotNeeded }
}

/// Everything that is true once the money is taken, in one transaction. `None`,
/// and nothing is changed, when the payment stands elsewhere.
fn capture(
    tx: &mut Tx<'_>,
    closing: &Closing,
    project: &Project,
    payment: Payment,
    attempt: &Attempt,
    order: Option<&Order>,
) -> Result<Option<Payment>, StoreError> {
    let lost = |what| lost(attempt.payment, what);
    let news = News { paid_at: Some(closing.now), notified: Some(told(project)), decline: None };
    let Some(payment) = payment::advance(tx, payment, PaymentEvent::Captured, news)? else { return Ok(None) };
    reached("capture.payment");
    payment::advance_attempt(tx, attempt, PaymentEvent::Captured, None, closing.now)?;
    let order = match order {
        Some(order) => order.clone(),
        None => order::find(tx, payment.project, payment.order)?.ok_or_else(|| lost("order"))?,
    };
    let order = order::advance(tx, order, OrderEvent::Paid)?.ok_or_else(|| lost("unpaid order"))?;
    reached("capture.order");
    book(tx, closing, project, &payment, attempt, &order)?;
    Ok(Some(payment))
}

/// What follows from a captured payment: the books, the goods, and who is told.
fn book(
    tx: &mut Tx<'_>,
    closing: &Closing,
    project: &Project,
    payment: &Payment,
    attempt: &Attempt,
    order: &Order,
) -> Result<(), StoreError> {
    let lost = |what| lost(payment.id, what);
    let now = closing.now;
    let entry = Entry {
        project: payment.project,
        // A payment is captured once, so its number serves its entry.
        id: EntryId::new(payment.id.get()).ok_or_else(|| lost("number"))?,
        kind: EntryKind::Capture,
        payment: Some(payment.id),
        at: now,
        postings: ledger::capture(&payment.breakdown),
    };
    coinslot_store::ledger::append(tx, &entry)?;
    reached("capture.books");
    if !closing.player.as_ref().is_some_and(|(_, registered)| *registered) {
        register(tx, project.id, &order.player, now)?;
    }
    if let Some(gift) = &order.gift {
        let (id, email) = (gift.receiver.clone(), gift.receiver_email.clone());
        register(tx, project.id, &Player { id, email, ..Player::default() }, now)?;
    }
    let booked = purchase::fulfil(tx, &closing.goods, order, Some(payment), now)?;
    reached("capture.goods");
    let captured = if attempt.keep || order.lines.iter().any(|l| l.kind == LineKind::Plan) {
        subscription::captured(tx, project, order, payment, attempt, &closing.kept, now)?
    } else {
        subscription::Captured::default()
    };
    if payment.notified == Notified::Pending {
        let provider_id = hub::known_as(tx, payment)?;
        // Only what the catalogue lists can be had with a coupon.
        let coupon = if order.lines.is_empty() { None } else { coupon::of_order(tx, order.project, order.id)? };
        let coupon = coupon.as_ref().map(|used| (used.code.as_str(), used.campaign_code.as_str()));
        let notice = PaymentNotice { coupon, ..webhook::notice(project, order, payment, closing.method, &provider_id) };
        let telling = webhook::telling(tx, order)?;
        if !telling.is_some_and(|t| t.combined) {
            let body = coinslot_wire::webhook::payment(&notice, captured.subscription.as_ref());
            coinslot_store::webhook::insert(tx, payment.project, closing.event, payment.id, "payment", &body, now)?;
        }
        if let Some(booked) = &booked {
            balance::tell(tx, booked, &vec![], None, closing.teller.as_ref())?;
        }
        for (event, kind, body) in captured.told {
            coinslot_store::webhook::insert(tx, payment.project, event, payment.id, kind, &body, now)?;
        }
        if let Some(telling) = telling {
            let told = OrderNotice { order, telling, payment: Some(&notice), refund: None, code: notice.coupon };
            webhook::tell_order(tx, &told, payment.id, order.id.get(), now)?;
        }
        reached("capture.event");
    }
    if let (Some(at), Some(address)) = (closing.mail_at, &order.player.email) {
        mail::insert(tx, payment.project, payment.id, address, at)?;
    }
    Ok(())
}

/// How long a charge may be under way before the gateway is asked about it.
const PATIENCE: Span = Span::seconds(30);
/// How long a player may take to answer the bank.
const CHALLENGE_LIFE: Span = Span::minutes(30);
/// Open attempts looked at in one go.
const SWEEP: i64 = 100;

/// Asks gateways about attempts whose outcome is open: a lost answer, a crash
/// between two transactions, a player who left the bank's question. How many
/// were looked at.
pub async fn sweep(app: &Shared) -> Result<usize, StoreError> {
    let now = app.clock.now();
    let (pending, challenged) = (now - PATIENCE, now - CHALLENGE_LIFE);
    let open = app.store.read(move |tx| payment::open_attempts(tx, pending, challenged, SWEEP)).await?;
    let mut looked = inquire(app, open).await?;
    for project in app.moved() {
        looked += sweep_of(app, project).await?;
    }
    Ok(looked)
}

/// The same, of one project, by its own clock.
pub(crate) async fn sweep_of(app: &Shared, project: ProjectId) -> Result<usize, StoreError> {
    let now = app.now(project);
    let (pending, challenged) = (now - PATIENCE, now - CHALLENGE_LIFE);
    let open = app.store.read(move |tx| payment::open_attempts_of(tx, project, pending, challenged, SWEEP)).await?;
    inquire(app, open).await
}

async fn inquire(app: &Shared, open: Vec<(ProjectId, AttemptId, Time)>) -> Result<usize, StoreError> {
    let mut looked = 0;
    for (project, id, seen) in open {
        let now = app.now(project);
        // Whoever moves the time first looks; with several servers on one
        // database the others leave it alone.
        if !app.store.write(move |tx| payment::touch_attempt(tx, project, id, seen, now)).await? {
            continue;
        }
        let found = app
            .store
            .read(move |tx| {
                let Some(attempt) = payment::find_attempt(tx, project, id)? else { return Ok(None) };
                let payment = payment::find(tx, project, attempt.payment)?;
                Ok::<_, StoreError>(payment.map(|p| (attempt, p)))
            })
            .await?;
        let Some((attempt, payment)) = found else { continue };
        looked += 1;
        let charge = charge_of(&payment, &attempt);
        let answer = match app.gateway.inquire(charge.clone()).await {
            ChargeAnswer::Challenge if attempt.state == AttemptState::Challenged => {
                ChargeAnswer::Failed(Decline::Expired)
            }
            other => other,
        };
        finish(app, &charge, payment.id, answer, None, None).await?;
    }
    Ok(looked)
}
