//! The player's account on the payment page.

use crate::frame::{self, error};
use crate::http::{self, Visit};
use crate::locale::{LOCALES, Text};
use crate::pages::{self, Answer, ENTRY};
use crate::view::{Frame, Languages, Line, Past, ProfilePage, Running, Saved, StoreTab};
use askama::Template;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use coinslot_app::Shared;
use coinslot_app::checkout::PageError;
use coinslot_app::profile::{self, Profile};
use coinslot_domain::order::Order;
use coinslot_domain::payment::{Payment, PaymentState};
use coinslot_domain::subscription::State as Standing;
use coinslot_wire::subscription::View;
use coinslot_wire::token::{AccountPage, PlayerField};

pub(crate) const CHANGE: &str = "/paystation2/account";

/// The page, if the token is one for an account.
pub(crate) async fn entry(app: &Shared, visit: &Visit) -> Result<Option<Response>, PageError> {
    pages::at_home(app, visit).await?;
    let Some(p) = profile::open(app, visit.token()).await? else { return Ok(None) };
    profile::admit(app, &p, visit.ip.as_deref()).await?;
    page(app, visit, &p).await.map(Some)
}

/// `POST /paystation2/account`: forgets a saved way to pay, or has a
/// subscription end.
pub(crate) async fn change(State(app): State<Shared>, request: Request) -> Answer {
    let visit = Visit::of_form(request).await?;
    let refuse = |e| error(&visit, None, e);
    let Some(p) = profile::open(&app, visit.token()).await.map_err(refuse)? else {
        return Ok(error(&visit, None, PageError::Token));
    };
    let id = |name| visit.params.get(name).unwrap_or_default();
    let shows = |page| p.pages.contains(&page);
    let (done, tab) = if let Ok(account) = id("forget").parse()
        && shows(AccountPage::Accounts)
    {
        (profile::forget(&app, &p, account).await, AccountPage::Accounts)
    } else if let Ok(subscription) = id("cancel").parse()
        && shows(AccountPage::Subscriptions)
    {
        (profile::cancel(&app, &p, subscription).await, AccountPage::Subscriptions)
    } else {
        (Ok(()), AccountPage::Info)
    };
    done.map_err(|e| error(&visit, None, e))?;
    Ok(http::see_other(&visit.link_with(ENTRY, &[("page", tab.name())])))
}

fn frame(visit: &Visit, p: &Profile, t: Text, title: String) -> Frame {
    let look = p.body.look();
    Frame {
        t,
        title: [&title, " · ", &p.project.name].concat(),
        theme: frame::theme(p.body.settings.ui.theme.as_deref()),
        project: Some(p.project.name.clone()),
        sandbox: p.sandbox,
        size: frame::size(p.body.size()),
        sized: frame::sized(p.body.size()),
        about: vec![],
        balance: None,
        languages: Languages { path: ENTRY.to_string(), kept: visit.kept(), all: LOCALES },
        leave: frame::home(&p.body, &p.project, &p.player.id),
        close: look.close,
        country: p.player.country.clone(),
        status: None,
        summary: None,
        license: p.body.license_url().and_then(frame::web).map(str::to_string),
        region: None,
        look,
    }
}

async fn page(app: &Shared, visit: &Visit, p: &Profile) -> Result<Response, PageError> {
    let t = Text::choose(visit.lang(), p.body.language(), visit.accept_language.as_deref());
    let wanted = visit.params.get("page");
    let first = p.pages.first().copied().unwrap_or(AccountPage::Info);
    let open = p.pages.iter().copied().find(|page| Some(page.name()) == wanted).unwrap_or(first);
    let tab = |page: &AccountPage| StoreTab {
        key: page.name(),
        name: title(t, *page),
        url: visit.link_with(ENTRY, &[("page", page.name())]),
        current: *page == open,
    };
    let (mut info, mut history, mut accounts, mut subscriptions) = (vec![], vec![], vec![], vec![]);
    match open {
        AccountPage::Info => info = about(t, p),
        AccountPage::History => {
            history = profile::history(app, p).await?.iter().map(|(payment, order)| past(t, payment, order)).collect();
        }
        AccountPage::Accounts => {
            let saved = profile::accounts(app, p).await?;
            let saved = saved.into_iter().map(|a| Saved {
                id: a.id.get(),
                forget: t.a("account-forget", "name", &a.name),
                name: t.ltr(&a.name),
            });
            accounts = saved.collect();
        }
        AccountPage::Subscriptions => {
            subscriptions = profile::subscriptions(app, p).await?.iter().map(|v| running(t, p, v)).collect();
        }
    }
    let empty = match open {
        AccountPage::History if history.is_empty() => Some(t.s("account-no-history")),
        AccountPage::Accounts if accounts.is_empty() => Some(t.s("account-no-cards")),
        AccountPage::Subscriptions if subscriptions.is_empty() => Some(t.s("account-no-plans")),
        _ => None,
    };
    let page = ProfilePage {
        f: frame(visit, p, t, title(t, open)),
        token: visit.token(),
        lang: visit.lang(),
        heading: title(t, open),
        tabs: p.pages.iter().map(tab).collect(),
        info,
        history,
        accounts,
        subscriptions,
        empty,
    };
    Ok(http::page(StatusCode::OK, &http::policy(&p.project.frame_ancestors), page.render()))
}

fn title(t: Text, page: AccountPage) -> String {
    match page {
        AccountPage::Info => t.s("account-info"),
        AccountPage::History => t.s("account-history"),
        AccountPage::Accounts => t.s("account-cards"),
        AccountPage::Subscriptions => t.s("store-plans"),
    }
}

fn about(t: Text, p: &Profile) -> Vec<Line> {
    let shown = |field, value: &Option<String>| value.clone().filter(|_| !p.body.hidden(field));
    let mut lines = Vec::new();
    let mut line = |label: String, value: Option<String>| lines.extend(value.map(|amount| Line { label, amount }));
    line(t.s("player"), shown(PlayerField::Name, &p.player.name).or_else(|| Some(p.player.id.clone())));
    line(t.s("account-email"), shown(PlayerField::Email, &p.player.email));
    let shows = p.body.look().balance;
    let balance = p.balance.as_ref().filter(|_| shows).map(|(n, name)| frame::coins(t, *n, name));
    line(t.s("account-balance"), balance);
    lines
}

fn past(t: Text, payment: &Payment, order: &Order) -> Past {
    let mut what: Vec<String> = order.description.clone().into_iter().collect();
    what.extend(order.lines.iter().filter(|l| l.full_price.minor > 0).map(|l| l.name.clone()));
    Past {
        what: if what.is_empty() { t.s("purchase") } else { t.name(&what.join(", ")) },
        when: t.moment(payment.paid_at.unwrap_or(payment.created_at)),
        amount: t.money(&payment.breakdown.payment),
        number: t.ltr(&payment.id.to_string()),
        with: payment.card.as_deref().map(|card| t.ltr(card)),
        back: match payment.state {
            PaymentState::Refunded | PaymentState::ChargedBack => Some(t.s("refunded-title")),
            _ if payment.refunded.minor > 0 => Some(format!("{}: {}", t.s("refunded"), t.money(&payment.refunded))),
            _ => None,
        },
    }
}

fn running(t: Text, p: &Profile, v: &View) -> Running {
    let s = &v.subscription;
    let languages: Vec<String> = vec![t.locale().code.to_string()];
    let name = v.plan.name.pick(&languages, p.project.default_locale()).unwrap_or(&v.plan.external_id).to_string();
    let until = s.next_charge.or(s.expires_at).or(s.ended_at);
    let when = until.map(|at| t.moment(at));
    let state = match (s.state, when) {
        (Standing::New | Standing::Active, Some(when)) => t.a("plan-renews", "when", &when),
        (Standing::New | Standing::Active, None) => t.s("plan-runs"),
        (Standing::NonRenewing, Some(when)) => t.a("plan-ends", "when", &when),
        (Standing::NonRenewing, None) => t.s("plan-canceled"),
        (Standing::Frozen, _) => t.s("plan-frozen"),
        (Standing::Canceled | Standing::Expired, _) => t.s("plan-over"),
    };
    Running {
        id: s.id.get(),
        price: crate::showcase::charged(t, &t.money(&s.terms.charge), s.terms.period),
        cancel: matches!(s.state, Standing::New | Standing::Active).then(|| t.a("plan-cancel", "name", &name)),
        name,
        state,
    }
}
