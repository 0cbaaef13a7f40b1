//! Coupon promotions, their codes, and what was used of them.

use crate::engine::Row;
use crate::{StoreError, Tx, text};
use coinslot_domain::coupon::{Campaign, Coupon, SubscriptionCoupon, Uses};
use coinslot_domain::id::{CampaignId, CouponId, MerchantId, OperationId, OrderId, ProjectId};
use coinslot_domain::time::Time;

statements! {
    ENLIST = "INSERT INTO campaign_directory (merchant_id, campaign_id, code, project_id) VALUES ($1, $2, $3, $4)
        ON CONFLICT (merchant_id, code) DO NOTHING";
    PROJECT_OF = "SELECT project_id FROM campaign_directory WHERE merchant_id = $1 AND campaign_id = $2";
    WITH_CODE = "SELECT campaign_id FROM campaign_directory WHERE merchant_id = $1 AND code = $2";
    LISTED = "SELECT campaign_id, project_id FROM campaign_directory WHERE merchant_id = $1
        AND (project_id = $2 OR $2 = 0) AND (code = $3 OR $3 = '') ORDER BY campaign_id";
    INSERT = "INSERT INTO campaign (project_id, campaign_id, code, redeems, redeems_of_coupon, redeems_of_player,
            expires_at, virtual_currency, plan_id, product_id, trial_days, redeemed, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0, $12)
        ON CONFLICT (project_id, campaign_id) DO NOTHING";
    FIND = "SELECT campaign_id, code, redeems, redeems_of_coupon, redeems_of_player, expires_at, virtual_currency,
            plan_id, product_id, trial_days, redeemed FROM campaign WHERE project_id = $1 AND campaign_id = $2";
    LOCK = "SELECT redeemed FROM campaign WHERE project_id = $1 AND campaign_id = $2 FOR UPDATE";
    INSERT_ITEM = "INSERT INTO campaign_item (project_id, campaign_id, sku, quantity) VALUES ($1, $2, $3, $4)
        ON CONFLICT (project_id, campaign_id, sku) DO UPDATE SET quantity = $4";
    ITEMS = "SELECT sku, quantity FROM campaign_item WHERE project_id = $1 AND campaign_id = $2 ORDER BY sku";
    INSERT_COUPON = "INSERT INTO coupon (project_id, coupon_id, campaign_id, code, created_at)
        VALUES ($1, $2, $3, $4, $5) ON CONFLICT (project_id, code) DO NOTHING";
    FIND_COUPON = "SELECT coupon_id, campaign_id FROM coupon WHERE project_id = $1 AND code = $2";
    USES = "SELECT coupon_id, COUNT(redemption_id) FROM redemption
        WHERE project_id = $1 AND campaign_id = $2 AND user_id = $3 AND state = 'used' GROUP BY coupon_id";
    USE = "INSERT INTO redemption (project_id, redemption_id, campaign_id, coupon_id, user_id, order_id, state,
            created_at) VALUES ($1, $2, $3, $4, $5, $6, 'used', $7)";
    USED = "SELECT coupon_id FROM redemption WHERE project_id = $1 AND redemption_id = $2";
    COUNT = "UPDATE campaign SET redeemed = redeemed + $3 WHERE project_id = $1 AND campaign_id = $2";
    OF_ORDER = "SELECT r.campaign_id, c.code, k.code FROM redemption r
        JOIN coupon c ON c.project_id = $1 AND c.coupon_id = r.coupon_id
        JOIN campaign k ON k.project_id = $1 AND k.campaign_id = r.campaign_id
        WHERE r.project_id = $1 AND r.order_id = $2 AND r.state = 'used'";
    GIVE_BACK = "UPDATE redemption SET state = 'given_back'
        WHERE project_id = $1 AND order_id = $2 AND state = 'used'";
}

/// What the names of a coupon promotion are kept as.
const KIND: &str = "campaign";

/// Adds a coupon promotion; `false` when the merchant has another with its
/// code.
pub fn insert(tx: &mut Tx<'_>, merchant: MerchantId, c: &Campaign, now: Time) -> Result<bool, StoreError> {
    let code = || (&c.code).into();
    tx.execute(ENLIST, &[merchant.get().into(), c.id.get().into(), code(), c.project.get().into()])?;
    let holder = tx.row(WITH_CODE, &[merchant.get().into(), code()])?;
    if holder.map(|row| row.int(0)).transpose()? != Some(c.id.get()) {
        return Ok(false);
    }
    let values = [
        c.project.get().into(),
        c.id.get().into(),
        code(),
        c.redeems.into(),
        c.redeems_of_coupon.into(),
        c.redeems_of_player.into(),
        c.expires_at.map(|t| t.0).into(),
        c.virtual_currency.into(),
        c.subscription.plan.into(),
        c.subscription.product.into(),
        c.subscription.trial_days.into(),
        now.0.into(),
    ];
    tx.execute(INSERT, &values)?;
    for (sku, quantity) in &c.items {
        tx.execute(INSERT_ITEM, &[c.project.get().into(), c.id.get().into(), sku.into(), (*quantity).into()])?;
    }
    text::set(tx, c.project, KIND, c.id.get(), "name", &c.names)?;
    Ok(true)
}

/// The project of one of a merchant's coupon promotions.
pub fn project_of(tx: &mut Tx<'_>, merchant: MerchantId, id: CampaignId) -> Result<Option<ProjectId>, StoreError> {
    let row = tx.row(PROJECT_OF, &[merchant.get().into(), id.get().into()])?;
    row.map(|row| row.numbered(0, ProjectId::new)).transpose()
}

/// A merchant's coupon promotions: those of one project and with one code, if
/// that is asked for.
pub fn listed(
    tx: &mut Tx<'_>,
    merchant: MerchantId,
    project: Option<ProjectId>,
    code: Option<&str>,
) -> Result<Vec<Campaign>, StoreError> {
    let project = project.map_or(0, ProjectId::get);
    let rows = tx.rows(LISTED, &[merchant.get().into(), project.into(), code.unwrap_or_default().into()])?;
    let mut all = Vec::with_capacity(rows.len());
    for row in &rows {
        all.extend(find(tx, row.numbered(1, ProjectId::new)?, row.numbered(0, CampaignId::new)?)?);
    }
    Ok(all)
}

/// A coupon promotion.
pub fn find(tx: &mut Tx<'_>, project: ProjectId, id: CampaignId) -> Result<Option<Campaign>, StoreError> {
    let Some(row) = tx.row(FIND, &[project.get().into(), id.get().into()])? else { return Ok(None) };
    let items = tx.rows(ITEMS, &[project.get().into(), id.get().into()])?;
    let mut texts = text::of_owner(tx, project, KIND, id.get())?;
    Ok(Some(Campaign {
        id,
        project,
        code: row.text(1)?,
        names: texts.remove("name").unwrap_or_default(),
        redeems: row.maybe_int(2)?,
        redeems_of_coupon: row.maybe_int(3)?,
        redeems_of_player: row.maybe_int(4)?,
        expires_at: row.maybe_int(5)?.map(Time),
        virtual_currency: row.int(6)?,
        items: items.iter().map(item).collect::<Result<_, _>>()?,
        subscription: SubscriptionCoupon {
            plan: row.maybe_int(7)?,
            product: row.maybe_int(8)?,
            trial_days: row.maybe_int(9)?,
        },
        redeemed: row.int(10)?,
    }))
}

fn item(row: &Row) -> Result<(String, i64), StoreError> {
    Ok((row.text(0)?, row.int(1)?))
}

/// A coupon promotion of which nobody else uses a coupon until the transaction
/// ends.
pub fn lock(tx: &mut Tx<'_>, project: ProjectId, id: CampaignId) -> Result<Option<Campaign>, StoreError> {
    let locked = tx.row(LOCK, &[project.get().into(), id.get().into()])?;
    if locked.is_some() { find(tx, project, id) } else { Ok(None) }
}

/// Adds a code; `false` when the project has it already.
pub fn insert_coupon(tx: &mut Tx<'_>, project: ProjectId, c: &Coupon, now: Time) -> Result<bool, StoreError> {
    let values = [project.get().into(), c.id.get().into(), c.campaign.get().into(), (&c.code).into(), now.0.into()];
    tx.execute(INSERT_COUPON, &values)?;
    Ok(find_coupon(tx, project, &c.code)?.is_some_and(|found| found.id == c.id))
}

/// The coupon with a code.
pub fn find_coupon(tx: &mut Tx<'_>, project: ProjectId, code: &str) -> Result<Option<Coupon>, StoreError> {
    let Some(row) = tx.row(FIND_COUPON, &[project.get().into(), code.into()])? else { return Ok(None) };
    let (id, campaign) = (row.numbered(0, CouponId::new)?, row.numbered(1, CampaignId::new)?);
    Ok(Some(Coupon { id, campaign, code: code.to_string() }))
}

/// How often a player used a coupon, and any of its campaign.
pub fn uses(tx: &mut Tx<'_>, project: ProjectId, coupon: &Coupon, user: &str) -> Result<Uses, StoreError> {
    let mut uses = Uses::default();
    for row in tx.rows(USES, &[project.get().into(), coupon.campaign.get().into(), user.into()])? {
        let count = row.int(1)?;
        uses.of_campaign += count;
        if row.int(0)? == coupon.id.get() {
            uses.of_coupon = count;
        }
    }
    Ok(uses)
}

/// A use of a coupon.
#[derive(Clone, Copy, Debug)]
pub struct Redemption<'a> {
    /// Its number.
    pub id: OperationId,
    /// Who uses it.
    pub user: &'a str,
    /// For which order, if for one.
    pub order: Option<OrderId>,
}

/// Notes a use. The campaign must be locked and have admitted it.
pub fn redeem(
    tx: &mut Tx<'_>,
    project: ProjectId,
    coupon: &Coupon,
    redemption: Redemption<'_>,
    now: Time,
) -> Result<(), StoreError> {
    let values = [
        project.get().into(),
        redemption.id.get().into(),
        coupon.campaign.get().into(),
        coupon.id.get().into(),
        redemption.user.into(),
        redemption.order.map(OrderId::get).into(),
        now.0.into(),
    ];
    tx.execute(USE, &values)?;
    tx.execute(COUNT, &[project.get().into(), coupon.campaign.get().into(), 1.into()]).map(drop)
}

/// Whether a use is noted already: by a run of this transaction whose commit
/// was not heard of.
pub fn is_redeemed(tx: &mut Tx<'_>, project: ProjectId, id: OperationId) -> Result<bool, StoreError> {
    Ok(tx.row(USED, &[project.get().into(), id.get().into()])?.is_some())
}

/// A coupon that an order uses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Used {
    /// The coupon promotion it is of.
    pub campaign: CampaignId,
    /// Its code.
    pub code: String,
    /// The code of the coupon promotion.
    pub campaign_code: String,
}

/// The coupon that an order uses.
pub fn of_order(tx: &mut Tx<'_>, project: ProjectId, order: OrderId) -> Result<Option<Used>, StoreError> {
    let Some(row) = tx.row(OF_ORDER, &[project.get().into(), order.get().into()])? else { return Ok(None) };
    Ok(Some(Used { campaign: row.numbered(0, CampaignId::new)?, code: row.text(1)?, campaign_code: row.text(2)? }))
}

/// Gives the use of a coupon by an order back; `false` when there is none, or
/// it went back already.
pub fn give_back(tx: &mut Tx<'_>, project: ProjectId, order: OrderId) -> Result<bool, StoreError> {
    let Some(Used { campaign, .. }) = of_order(tx, project, order)? else { return Ok(false) };
    let given = tx.execute(GIVE_BACK, &[project.get().into(), order.get().into()])? == 1;
    if given {
        tx.execute(COUNT, &[project.get().into(), campaign.get().into(), (-1).into()])?;
    }
    Ok(given)
}
