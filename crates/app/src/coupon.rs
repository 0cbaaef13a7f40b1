//! Coupon promotions and their codes, as a merchant sets them up and players
//! use them.

use crate::{App, merchant};
use coinslot_domain::coupon::{Campaign, Coupon};
use coinslot_domain::id::{CampaignId, CouponId, MerchantId, ProjectId};
use coinslot_domain::merchant::Caller;
use coinslot_store::{StoreError, coupon};
use coinslot_wire::coupon::{CampaignBody, CampaignQuery};
use coinslot_wire::shape::Violation;

/// Why a coupon or a coupon promotion is not made, shown or used.
#[derive(Debug)]
pub enum CouponError {
    /// The coupon promotion or the project does not exist, or is another
    /// merchant's.
    NotYours,
    /// The project has no such coupon.
    NotFound,
    /// What the body says cannot be.
    Faults(Vec<Violation>),
    /// The database did not do it.
    Store(StoreError),
}

impl From<StoreError> for CouponError {
    fn from(e: StoreError) -> Self {
        CouponError::Store(e)
    }
}

/// What is wrong with the code of a coupon promotion.
pub const CODE_TAKEN: &str = "is the code of another coupon promotion of yours";
/// What is wrong with the code of a coupon.
pub const COUPON_TAKEN: &str = "is a coupon of the project already";

/// Parts of one unit of virtual currency in which it is counted.
const HUNDREDTHS: i64 = 100;

/// Makes a coupon promotion.
pub async fn create(app: &App, caller: Caller, body: CampaignBody) -> Result<CampaignId, CouponError> {
    let project = body.project.ok_or(CouponError::NotYours)?;
    let project = merchant::project(app, caller, project).await?.ok_or(CouponError::NotYours)?.id;
    if !body.virtual_currency.fits_units(HUNDREDTHS) {
        let why = "must have at most 2 digits after the decimal point";
        return Err(CouponError::Faults(vec![Violation::new("virtual_currency_amount", why)]));
    }
    let campaign = Campaign {
        id: app.id(CampaignId::new).await?,
        project,
        code: body.code,
        names: body.names,
        redeems: body.redeems,
        redeems_of_coupon: body.redeems_of_coupon,
        redeems_of_player: body.redeems_of_player,
        expires_at: body.expires_at,
        virtual_currency: body.virtual_currency.in_units(HUNDREDTHS),
        items: body.items,
        subscription: body.subscription,
        redeemed: 0,
    };
    let (id, now) = (campaign.id, app.now(project));
    app.store
        .write(move |tx| {
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

/// A coupon of a project, with the promotion it comes from.
pub async fn find(app: &App, project: ProjectId, code: String) -> Result<(Coupon, Campaign), CouponError> {
    app.store
        .read(move |tx| {
            let found = coupon::find_coupon(tx, project, &code)?.ok_or(CouponError::NotFound)?;
            let campaign = coupon::find(tx, project, found.campaign)?.ok_or(CouponError::NotFound)?;
            Ok((found, campaign))
        })
        .await
}
