//! Coupon promotions and their codes, as a merchant sets them up and players
//! use them.

use crate::balance::{self, Teller};
use crate::promotion::unknown_items;
use crate::{App, merchant};
use coinslot_domain::coupon::{Campaign, Coupon, Refusal, Reward};
use coinslot_domain::id::{CampaignId, CouponId, MerchantId, OperationId, ProjectId};
use coinslot_domain::item::Item;
use coinslot_domain::merchant::Caller;
use coinslot_domain::time::Time;
use coinslot_domain::wallet::{Operation, OperationKind, OperationStatus};
use coinslot_store::coupon::Redemption;
use coinslot_store::{StoreError, Tx, coupon, inventory, item, promotion, virtual_currency, wallet};
use coinslot_wire::coupon::{CampaignBody, CampaignQuery};
use coinslot_wire::shape::Violation;
use coinslot_wire::virtual_currency::WHOLE;

/// Why a coupon or a coupon promotion is not made, shown or used.
#[derive(Debug)]
pub enum CouponError {
    /// The coupon promotion or the project does not exist, or is another
    /// merchant's.
    NotYours,
    /// The project has no such coupon.
    NotFound,
    /// It is not taken. The attempt is noted among the player's operations.
    Refused(Refused),
    /// The player would have more virtual currency than anybody can.
    TooMuch,
    /// What the body says cannot be.
    Faults(Vec<Violation>),
    /// The database did not do it.
    Store(StoreError),
}

/// Why a coupon was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// It is too late, or it was used as often as allowed.
    Coupon(Refusal),
    /// The player is disabled.
    Player,
}

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Refused::Coupon(why) => why.fmt(f),
            Refused::Player => f.write_str("The user is disabled"),
        }
    }
}

impl From<StoreError> for CouponError {
    fn from(e: StoreError) -> Self {
        CouponError::Store(e)
    }
}

/// Said of a coupon that is not there.
pub const NOT_FOUND: &str = "Coupon with specified code does not exist.";
/// What is wrong with the code of a coupon promotion.
pub const CODE_TAKEN: &str = "is the code of another coupon promotion of yours";
/// What is wrong with the code of a coupon.
pub const COUPON_TAKEN: &str = "is a coupon of the project already";

/// Makes a coupon promotion.
pub async fn create(app: &App, caller: Caller, body: CampaignBody) -> Result<CampaignId, CouponError> {
    let project = body.project.ok_or(CouponError::NotYours)?;
    let project = merchant::project(app, caller, project).await?.ok_or(CouponError::NotYours)?.id;
    let campaign = Campaign {
        id: app.id(CampaignId::new).await?,
        project,
        code: body.code,
        names: body.names,
        redeems: body.redeems,
        redeems_of_coupon: body.redeems_of_coupon,
        redeems_of_player: body.redeems_of_player,
        expires_at: body.expires_at,
        virtual_currency: body.virtual_currency,
        items: body.items,
        subscription: body.subscription,
        redeemed: 0,
    };
    let (id, now) = (campaign.id, app.now(project));
    app.store
        .write(move |tx| {
            let skus = campaign.items.iter().enumerate().map(|(i, (sku, _))| (format!("virtual_items[{i}].sku"), sku));
            let mut faults = unknown_items(tx, project, skus)?;
            if !virtual_currency::settings(tx, project)?.fits(campaign.virtual_currency) {
                faults.push(Violation::new("virtual_currency_amount", WHOLE));
            }
            if !faults.is_empty() {
                return Err(CouponError::Faults(faults));
            }
            if coupon::insert(tx, caller.merchant, &campaign, now)? {
                return Ok(());
            }
            Err(CouponError::Faults(vec![Violation::new("campaign_code", CODE_TAKEN)]))
        })
        .await?;
    Ok(id)
}

/// A merchant's coupon promotions, by number.
pub async fn list(app: &App, merchant: MerchantId, query: CampaignQuery) -> Result<Vec<Campaign>, StoreError> {
    let (project, code) = (query.project, query.code);
    let all = app.store.read(move |tx| coupon::listed(tx, merchant, project, code.as_deref())).await?;
    let fits = |c: &Campaign| {
        query.active.is_none_or(|active| active == c.is_active(app.now(c.project)))
            && query.has_reward.is_none_or(|has| has == c.has_reward())
    };
    let [offset, limit] = [query.offset, query.limit].map(|n| usize::try_from(n).unwrap_or(usize::MAX));
    Ok(all.into_iter().filter(fits).skip(offset).take(limit).collect())
}

/// Adds a code to a coupon promotion.
pub async fn add_code(app: &App, merchant: MerchantId, campaign: CampaignId, code: String) -> Result<(), CouponError> {
    let project = app.store.read(move |tx| coupon::project_of(tx, merchant, campaign)).await?;
    let project = project.ok_or(CouponError::NotYours)?;
    let fresh = Coupon { id: app.id(CouponId::new).await?, campaign, code };
    let now = app.now(project);
    app.store
        .write(move |tx| {
            if coupon::insert_coupon(tx, project, &fresh, now)? {
                return Ok(());
            }
            Err(CouponError::Faults(vec![Violation::new("coupon_code", COUPON_TAKEN)]))
        })
        .await
}

/// A coupon, with all that an answer says of it.
#[derive(Debug)]
pub struct Shown {
    /// The coupon.
    pub coupon: Coupon,
    /// The promotion it comes from.
    pub campaign: Campaign,
    /// What it gives: each item that is in the catalogue, with how many.
    pub items: Vec<(Item, i64)>,
    /// The virtual currency it gives, in hundredths.
    pub virtual_currency: i64,
}

/// A coupon of a project.
pub async fn find(app: &App, project: ProjectId, code: String) -> Result<Shown, CouponError> {
    let now = app.now(project);
    app.store.read(move |tx| shown(tx, project, &code, now)).await
}

fn shown(tx: &mut Tx<'_>, project: ProjectId, code: &str, now: Time) -> Result<Shown, CouponError> {
    let coupon = coupon::find_coupon(tx, project, code)?.ok_or(CouponError::NotFound)?;
    let campaign = coupon::find(tx, project, coupon.campaign)?.ok_or(CouponError::NotFound)?;
    let Reward { virtual_currency, items: pieces } = reward(tx, &campaign, now)?;
    let mut items = Vec::with_capacity(pieces.len());
    for (sku, quantity) in pieces {
        items.extend(item::by_sku(tx, project, &sku)?.map(|item| (item, quantity)));
    }
    Ok(Shown { coupon, campaign, items, virtual_currency })
}

/// Uses a coupon: the player gets what it gives, and it counts as used. One that
/// is refused is noted among the player's operations, too. The coupon as it is
/// then.
pub async fn redeem(app: &App, project: ProjectId, code: String, user: String) -> Result<Shown, CouponError> {
    let id = app.id(OperationId::new).await?;
    let teller = Teller::of(app, project).await?;
    let telling = teller.is_some();
    let now = app.now(project);
    let done = app
        .store
        .write(move |tx| {
            let found = coupon::find_coupon(tx, project, &code)?.ok_or(CouponError::NotFound)?;
            let player = wallet::ensure(tx, project, &user, now)?;
            // A run of this whose commit was not heard of has given everything.
            if coupon::is_redeemed(tx, project, id)? {
                return shown(tx, project, &code, now).map(Ok);
            }
            let operation = |status, amount| Operation {
                kind: OperationKind::Coupon,
                status,
                coupon: Some((found.id, found.code.clone())),
                ..Operation::internal(project, &user, id, amount, now)
            };
            let redemption = Redemption { id, user: &user, order: None };
            let taken = match player.enabled {
                true => take(tx, project, &found, redemption, now)?.map_err(Refused::Coupon),
                false => Err(Refused::Player),
            };
            let campaign = match taken {
                Ok(campaign) => campaign,
                Err(why) => {
                    wallet::book(tx, &operation(OperationStatus::Failed, 0))?;
                    return Ok(Err(why));
                }
            };
            let reward = reward(tx, &campaign, now)?;
            let completed = operation(OperationStatus::Completed, reward.virtual_currency);
            let balance = wallet::book(tx, &completed)?.ok_or(CouponError::TooMuch)?;
            balance::tell(tx, &(completed, balance), &reward.items, Some(&campaign.code), teller.as_ref())?;
            for (sku, quantity) in &reward.items {
                // What is gone from the catalogue is not given any more.
                if let Some(item) = item::by_sku(tx, project, sku)? {
                    inventory::grant(tx, project, &user, &item, *quantity, now)?;
                }
            }
            shown(tx, project, &code, now).map(Ok)
        })
        .await?;
    if telling {
        app.wake_worker();
    }
    done.map_err(CouponError::Refused)
}

/// A coupon that a player could use now, or why not; not known if nothing is
/// said.
pub(crate) fn admitted(
    tx: &mut Tx<'_>,
    project: ProjectId,
    code: &str,
    user: &str,
    now: Time,
) -> Result<Result<Coupon, Option<Refusal>>, StoreError> {
    let Some(found) = coupon::find_coupon(tx, project, code)? else { return Ok(Err(None)) };
    let Some(campaign) = coupon::find(tx, project, found.campaign)? else { return Ok(Err(None)) };
    let uses = coupon::uses(tx, project, &found, user)?;
    Ok(campaign.admit(uses, now).map(|()| found).map_err(Some))
}

/// What a coupon of this campaign gives now.
fn reward(tx: &mut Tx<'_>, campaign: &Campaign, now: Time) -> Result<Reward, StoreError> {
    let promotions = promotion::of_project(tx, campaign.project)?;
    Ok(campaign.reward(&promotions, now))
}

/// Uses a coupon, inside the transaction of what it is used for; the campaign
/// it comes from, or why it is not taken. Whoever uses a coupon of the same
/// campaign at the same time waits, so that no limit is exceeded. Taking one
/// twice with one redemption takes it once.
pub fn take(
    tx: &mut Tx<'_>,
    project: ProjectId,
    coupon: &Coupon,
    redemption: Redemption<'_>,
    now: Time,
) -> Result<Result<Campaign, Refusal>, StoreError> {
    let campaign = coupon::lock(tx, project, coupon.campaign)?;
    let campaign = campaign.ok_or_else(|| StoreError::Corrupt("a coupon without its promotion".into()))?;
    // By a run of this transaction whose commit was not heard of.
    if coupon::is_redeemed(tx, project, redemption.id)? {
        return Ok(Ok(campaign));
    }
    let uses = coupon::uses(tx, project, coupon, redemption.user)?;
    if let Err(why) = campaign.admit(uses, now) {
        return Ok(Err(why));
    }
    coupon::redeem(tx, project, coupon, redemption, now)?;
    Ok(Ok(campaign))
}
