//! Promotions, as a merchant sets them up.

use crate::catalogue::edit;
use crate::{App, merchant};
use coinslot_domain::id::{CampaignId, MerchantId, ProjectId, PromotionId};
use coinslot_domain::merchant::Caller;
use coinslot_domain::promotion::{Period, Promotion, Rewards, Subject};
use coinslot_domain::time::Time;
use coinslot_store::{StoreError, Tx, catalogue, coupon, game, item, promotion, virtual_currency};
use coinslot_wire::promotion::{PromotionBody, RewardsBody, SubjectBody};
use coinslot_wire::shape::Violation;
use coinslot_wire::virtual_currency::WHOLE;

/// Why a promotion stays as it is.
#[derive(Debug)]
pub enum PromotionError {
    /// The promotion or the project does not exist, or is another merchant's.
    NotYours,
    /// It lacks something without which it cannot be enabled.
    NotReady,
    /// What the body says cannot be.
    Faults(Vec<Violation>),
    /// The database did not do it.
    Store(StoreError),
}

impl From<StoreError> for PromotionError {
    fn from(e: StoreError) -> Self {
        PromotionError::Store(e)
    }
}

impl PromotionError {
    fn fault(path: impl Into<String>, text: impl Into<String>) -> Self {
        PromotionError::Faults(vec![Violation::new(path, text)])
    }
}

/// What is wrong with a change of a promotion that runs or ever ran.
pub const READ_ONLY: &str = "cannot be changed any more: the promotion runs or has run";

/// A promotion at a moment.
pub struct Seen {
    /// The promotion.
    pub promotion: Promotion,
    /// What its project is called.
    pub project_name: String,
    /// Whether it runs.
    pub is_active: bool,
    /// Whether it runs or ever ran.
    pub read_only: bool,
}

fn seen(app: &App, promotion: Promotion, project_name: String) -> Seen {
    let now = app.now(promotion.project);
    Seen { is_active: promotion.is_active(now), read_only: promotion.is_read_only(now), promotion, project_name }
}

/// Makes a promotion, which is disabled.
pub async fn create(app: &App, caller: Caller, body: PromotionBody) -> Result<PromotionId, PromotionError> {
    let project = of_caller(app, caller, body.project).await?;
    let fresh = Promotion {
        id: app.id(PromotionId::new).await?,
        project,
        technical_name: body.technical_name,
        name: body.name.or(Default::default(), Default::default()),
        description: body.description.or(Default::default(), Default::default()),
        label: body.label.or(Default::default(), Default::default()),
        enabled_since: None,
        ran: false,
        subject: Subject::default(),
        payment_systems: vec![],
        periods: vec![],
        rewards: Rewards::default(),
        campaigns: vec![],
    };
    let (id, now) = (fresh.id, app.now(project));
    edit(app, project, move |tx| promotion::save(tx, caller.merchant, &fresh, now)).await?;
    Ok(id)
}

/// A project that a body names and the caller may use.
async fn of_caller(app: &App, caller: Caller, id: Option<ProjectId>) -> Result<ProjectId, PromotionError> {
    let id = id.ok_or(PromotionError::NotYours)?;
    Ok(merchant::project(app, caller, id).await?.ok_or(PromotionError::NotYours)?.id)
}

/// A merchant's promotions by number, `limit` after the first `offset`.
pub async fn list(app: &App, merchant: MerchantId, limit: i64, offset: i64) -> Result<Vec<Seen>, StoreError> {
    let found = app
        .store
        .read(move |tx| {
            let mut all = Vec::new();
            for project in promotion::projects(tx, merchant)? {
                let name = coinslot_store::merchant::find_project(tx, project)?.map(|p| p.name).unwrap_or_default();
                all.extend(promotion::of_project(tx, project)?.into_iter().map(|p| (p, name.clone())));
            }
            Ok::<_, StoreError>(all)
        })
        .await?;
    let mut all: Vec<Seen> = found.into_iter().map(|(p, name)| seen(app, p, name)).collect();
    all.sort_by_key(|s| s.promotion.id);
    let [offset, limit] = [offset, limit].map(|n| usize::try_from(n).unwrap_or(usize::MAX));
    Ok(all.into_iter().skip(offset).take(limit).collect())
}

/// A promotion of a merchant's.
pub async fn find(app: &App, merchant: MerchantId, id: PromotionId) -> Result<Seen, PromotionError> {
    let found = app
        .store
        .read(move |tx| {
            let Some(project) = promotion::project_of(tx, merchant, id)? else { return Ok(None) };
            promotion::find(tx, project, id)
        })
        .await;
    Ok(seen(app, found?.ok_or(PromotionError::NotYours)?, String::new()))
}

/// Changes a promotion of a merchant's as `change` says. Prices hang on it, so
/// that it is a change of the catalogue.
async fn change(
    app: &App,
    merchant: MerchantId,
    id: PromotionId,
    change: impl Fn(&mut Tx<'_>, &mut Promotion, Time) -> Result<(), PromotionError> + Send + 'static,
) -> Result<(), PromotionError> {
    let project = app.store.read(move |tx| promotion::project_of(tx, merchant, id)).await?;
    let project = project.ok_or(PromotionError::NotYours)?;
    let now = app.now(project);
    let moved = edit(app, project, move |tx| {
        let mut it = promotion::find(tx, project, id)?.ok_or(PromotionError::NotYours)?;
        change(tx, &mut it, now)?;
        let mut moved = None;
        if it.project != project {
            promotion::remove(tx, project, id)?;
            moved = Some((it.project, catalogue::advance(tx, it.project)?));
        }
        promotion::save(tx, merchant, &it, now)?;
        Ok::<_, PromotionError>(moved)
    })
    .await?;
    if let Some((project, version)) = moved {
        app.catalogues.changed(project, version);
    }
    Ok(())
}

/// Changes what a promotion is called and whose offers it is about.
pub async fn update(app: &App, caller: Caller, id: PromotionId, body: PromotionBody) -> Result<(), PromotionError> {
    let project = of_caller(app, caller, body.project).await?;
    change(app, caller.merchant, id, move |_, it, now| {
        if project != it.project {
            movable(it, now)?;
            it.project = project;
        }
        let body = body.clone();
        it.technical_name = body.technical_name;
        it.name = body.name.or(std::mem::take(&mut it.name), Default::default());
        it.description = body.description.or(std::mem::take(&mut it.description), Default::default());
        it.label = body.label.or(std::mem::take(&mut it.label), Default::default());
        Ok(())
    })
    .await
}

/// Whether a promotion may go to another project: one that ran stays where it
/// did, and what it names of its project is not in another.
fn movable(it: &Promotion, now: Time) -> Result<(), PromotionError> {
    if it.is_read_only(now) {
        return Err(PromotionError::fault("project_id", READ_ONLY));
    }
    let nothing = Subject { purchase: it.subject.purchase, ..Subject::default() };
    let items = it.rewards.item_discounts.len() + it.rewards.item_bonuses.len();
    if it.subject != nothing || items > 0 || !it.campaigns.is_empty() {
        let why = "cannot be changed while the promotion names items, packages, plans, games or campaigns";
        return Err(PromotionError::fault("project_id", why));
    }
    Ok(())
}

/// A fault for each of these SKUs, by its path, that no item of the project has.
pub(crate) fn unknown_items<'a>(
    tx: &mut Tx<'_>,
    project: ProjectId,
    skus: impl IntoIterator<Item = (String, &'a String)>,
) -> Result<Vec<Violation>, StoreError> {
    let mut faults = Vec::new();
    for (path, sku) in skus {
        if item::id_of(tx, project, sku)?.is_none() {
            faults.push(Violation::new(path, "is not the SKU of an item of this project"));
        }
    }
    Ok(faults)
}

fn refused_if(faults: Vec<Violation>) -> Result<(), PromotionError> {
    if faults.is_empty() { Ok(()) } else { Err(PromotionError::Faults(faults)) }
}

/// Changes what a promotion is about.
pub async fn set_subject(
    app: &App,
    merchant: MerchantId,
    id: PromotionId,
    body: SubjectBody,
) -> Result<(), PromotionError> {
    change(app, merchant, id, move |tx, it, _| {
        let old = std::mem::take(&mut it.subject);
        it.subject = body.clone().apply(old.clone());
        // What it names already may have gone since, which is no fault of this change.
        let new = it.subject.items.iter().enumerate().filter(|(_, sku)| !old.items.contains(sku));
        let mut faults = unknown_items(tx, it.project, new.map(|(i, sku)| (format!("items[{i}].sku"), sku)))?;
        for (i, id) in it.subject.games.iter().enumerate().filter(|(_, id)| !old.games.contains(id)) {
            if game::find(tx, it.project, *id)?.is_none() {
                let path = format!("digital_contents[{i}].id");
                faults.push(Violation::new(path, "is not the number of a game of this project"));
            }
        }
        refused_if(faults)
    })
    .await
}

/// Limits a promotion to ways to pay.
pub async fn set_payment_systems(
    app: &App,
    merchant: MerchantId,
    id: PromotionId,
    methods: Vec<i64>,
) -> Result<(), PromotionError> {
    change(app, merchant, id, move |_, it, now| {
        if it.is_read_only(now) {
            return Err(PromotionError::fault("payment_systems", READ_ONLY));
        }
        it.payment_systems = methods.clone();
        Ok(())
    })
    .await
}

/// Changes when a promotion runs.
pub async fn set_periods(
    app: &App,
    merchant: MerchantId,
    id: PromotionId,
    periods: Vec<Period>,
) -> Result<(), PromotionError> {
    change(app, merchant, id, move |_, it, now| {
        if it.is_read_only(now) && !it.periods.iter().all(|p| periods.contains(p)) {
            return Err(PromotionError::fault("periods", "can only be added: the promotion runs or has run"));
        }
        // A period in the past that is added now did not run.
        it.ran = it.is_read_only(now);
        it.periods = periods.clone();
        it.enabled_since = it.enabled_since.map(|_| now);
        Ok(())
    })
    .await
}

/// Changes what a promotion gives.
pub async fn set_rewards(
    app: &App,
    merchant: MerchantId,
    id: PromotionId,
    body: RewardsBody,
) -> Result<(), PromotionError> {
    change(app, merchant, id, move |tx, it, _| {
        let settings = virtual_currency::settings(tx, it.project)?;
        let old = std::mem::take(&mut it.rewards);
        it.rewards = body.clone().apply(old.clone());
        let discounts = it.rewards.item_discounts.iter().enumerate();
        let discounts = discounts.filter(|(_, d)| !old.item_discounts.contains(d));
        let discounts = discounts.map(|(i, d)| (format!("item.discount[{i}].sku"), &d.sku));
        let bonuses = it.rewards.item_bonuses.iter().enumerate().filter(|(_, b)| !old.item_bonuses.contains(b));
        let bonuses = bonuses.map(|(i, (sku, _))| (format!("item.bonus[{i}].sku"), sku));
        let mut faults = unknown_items(tx, it.project, discounts.chain(bonuses))?;
        let amount = it.rewards.bonus_amount.filter(|amount| old.bonus_amount != Some(*amount));
        if amount.is_some_and(|amount| !settings.fits(amount)) {
            faults.push(Violation::new("package.bonus_amount", WHOLE));
        }
        refused_if(faults)
    })
    .await
}

/// Replaces the coupon promotions that a promotion belongs to.
pub async fn set_campaigns(
    app: &App,
    merchant: MerchantId,
    id: PromotionId,
    campaigns: Vec<CampaignId>,
) -> Result<(), PromotionError> {
    change(app, merchant, id, move |tx, it, _| {
        let mut faults = Vec::new();
        for (i, campaign) in campaigns.iter().enumerate() {
            if coupon::find(tx, it.project, *campaign)?.is_none() {
                let why = "is not a coupon promotion of the promotion's project";
                faults.push(Violation::new(format!("campaigns[{i}]"), why));
            }
        }
        it.campaigns = campaigns.clone();
        refused_if(faults)
    })
    .await
}

/// Enables a promotion, or disables it.
pub async fn toggle(app: &App, merchant: MerchantId, id: PromotionId) -> Result<(), PromotionError> {
    let read = app.store.read(move |tx| {
        let project = promotion::project_of(tx, merchant, id)?;
        project.map_or(Ok(None), |project| promotion::find(tx, project, id))
    });
    let found: Result<_, StoreError> = read.await;
    let was = found?.ok_or(PromotionError::NotYours)?.enabled_since.is_some();
    change(app, merchant, id, move |_, it, now| match it.enabled_since.is_some() == was {
        true => it.toggle(now).map_err(|_| PromotionError::NotReady),
        // It was done by a run whose commit was not heard of, or by another who
        // saw the same.
        false => Ok(()),
    })
    .await
}

/// Deletes a promotion, also one that runs. What was bought with it stays as it
/// was bought.
pub async fn delete(app: &App, merchant: MerchantId, id: PromotionId) -> Result<(), PromotionError> {
    let project = app.store.read(move |tx| promotion::project_of(tx, merchant, id)).await?;
    let project = project.ok_or(PromotionError::NotYours)?;
    edit(app, project, move |tx| {
        promotion::find(tx, project, id)?.ok_or(PromotionError::NotYours)?;
        promotion::remove(tx, project, id)?;
        Ok(promotion::delist(tx, merchant, id)?)
    })
    .await
}
