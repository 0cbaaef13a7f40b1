//! Promotions, and where the merchant-wide paths find them.

use crate::engine::{Row, Value};
use crate::{StoreError, Tx, text};
use coinslot_domain::id::{CampaignId, GameId, MerchantId, PackageId, PlanId, ProjectId, PromotionId};
use coinslot_domain::promotion::{ItemDiscount, Period, Plans, Promotion, Rewards, Subject};
use coinslot_domain::time::Time;
use std::collections::BTreeMap;

statements! {
    ENLIST = "INSERT INTO promotion_directory (merchant_id, promotion_id, project_id) VALUES ($1, $2, $3)
        ON CONFLICT (merchant_id, promotion_id) DO UPDATE SET project_id = $3";
    DELIST = "DELETE FROM promotion_directory WHERE merchant_id = $1 AND promotion_id = $2";
    PROJECT_OF = "SELECT project_id FROM promotion_directory WHERE merchant_id = $1 AND promotion_id = $2";
    PROJECTS = "SELECT DISTINCT project_id FROM promotion_directory WHERE merchant_id = $1 ORDER BY project_id";
    INSERT = "INSERT INTO promotion (project_id, promotion_id, technical_name, enabled_since, ran, purchase,
            purchase_discount, bonus_percent, bonus_amount, trial_days, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        ON CONFLICT (project_id, promotion_id) DO UPDATE SET technical_name = $3, enabled_since = $4, ran = $5,
            purchase = $6, purchase_discount = $7, bonus_percent = $8, bonus_amount = $9, trial_days = $10";
    ALL = "SELECT promotion_id, technical_name, enabled_since, ran, purchase, purchase_discount, bonus_percent,
            bonus_amount, trial_days FROM promotion WHERE project_id = $1 ORDER BY promotion_id";
    ONE = "SELECT promotion_id, technical_name, enabled_since, ran, purchase, purchase_discount, bonus_percent,
            bonus_amount, trial_days FROM promotion WHERE project_id = $1 AND promotion_id = $2";
    DELETE = "DELETE FROM promotion WHERE project_id = $1 AND promotion_id = $2";
    INSERT_PERIOD = "INSERT INTO promotion_period (project_id, promotion_id, starts_at, ends_at)
        VALUES ($1, $2, $3, $4)";
    DELETE_PERIODS = "DELETE FROM promotion_period WHERE project_id = $1 AND promotion_id = $2";
    ALL_PERIODS = "SELECT promotion_id, starts_at, ends_at FROM promotion_period
        WHERE project_id = $1 ORDER BY promotion_id, starts_at";
    PERIODS = "SELECT promotion_id, starts_at, ends_at FROM promotion_period
        WHERE project_id = $1 AND promotion_id = $2 ORDER BY starts_at";
    INSERT_SCOPE = "INSERT INTO promotion_scope (project_id, promotion_id, kind, seq, name)
        VALUES ($1, $2, $3, $4, $5)";
    DELETE_SCOPES = "DELETE FROM promotion_scope WHERE project_id = $1 AND promotion_id = $2";
    ALL_SCOPES = "SELECT promotion_id, kind, name FROM promotion_scope
        WHERE project_id = $1 ORDER BY promotion_id, kind, seq";
    SCOPES = "SELECT promotion_id, kind, name FROM promotion_scope
        WHERE project_id = $1 AND promotion_id = $2 ORDER BY kind, seq";
    INSERT_ITEM = "INSERT INTO promotion_item (project_id, promotion_id, kind, seq, sku, percent, quantity)
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    DELETE_ITEMS = "DELETE FROM promotion_item WHERE project_id = $1 AND promotion_id = $2";
    ALL_ITEMS = "SELECT promotion_id, kind, sku, percent, quantity FROM promotion_item
        WHERE project_id = $1 ORDER BY promotion_id, kind, seq";
    ITEMS = "SELECT promotion_id, kind, sku, percent, quantity FROM promotion_item
        WHERE project_id = $1 AND promotion_id = $2 ORDER BY kind, seq";
    FORGET_ITEM = "DELETE FROM promotion_item WHERE project_id = $1 AND sku = $2";
    FORGET_SCOPE = "DELETE FROM promotion_scope WHERE project_id = $1 AND kind = $2 AND name = $3";
}

/// What a promotion's texts are kept as.
const KIND: &str = "promotion";
/// A plan that stands for all.
const EVERY: &str = "*";

/// Stores a promotion as it is, in place of what it was.
pub fn save(tx: &mut Tx<'_>, merchant: MerchantId, p: &Promotion, now: Time) -> Result<(), StoreError> {
    let (project, id) = (Value::from(p.project.get()), Value::from(p.id.get()));
    tx.execute(ENLIST, &[merchant.get().into(), id.clone(), project.clone()])?;
    let r = &p.rewards;
    let values = [
        project.clone(),
        id.clone(),
        (&p.technical_name).into(),
        p.enabled_since.map(|t| t.0).into(),
        p.ran.into(),
        p.subject.purchase.into(),
        r.purchase_discount.into(),
        r.bonus_percent.into(),
        r.bonus_amount.into(),
        r.trial_days.into(),
        now.0.into(),
    ];
    tx.execute(INSERT, &values)?;
    clear(tx, p.project, p.id)?;
    for period in &p.periods {
        let end = period.to.map(|t| t.0);
        tx.execute(INSERT_PERIOD, &[project.clone(), id.clone(), period.from.0.into(), end.into()])?;
    }
    for (kind, names) in scopes(p) {
        for (name, seq) in names.into_iter().zip(0..) {
            tx.execute(INSERT_SCOPE, &[project.clone(), id.clone(), kind.into(), Value::Int(seq), name.into()])?;
        }
    }
    let discounts = r.item_discounts.iter().map(|d| ("discount", &d.sku, Some(d.percent), d.max_amount));
    let bonuses = r.item_bonuses.iter().map(|(sku, quantity)| ("bonus", sku, None, Some(*quantity)));
    for ((kind, sku, percent, quantity), seq) in discounts.chain(bonuses).zip(0..) {
        let values =
            [project.clone(), id.clone(), kind.into(), Value::Int(seq), sku.into(), percent.into(), quantity.into()];
        tx.execute(INSERT_ITEM, &values)?;
    }
    for (field, texts) in [("name", &p.name), ("description", &p.description), ("label", &p.label)] {
        text::set(tx, p.project, KIND, p.id.get(), field, texts)?;
    }
    Ok(())
}

/// What a promotion names, by kind.
fn scopes(p: &Promotion) -> [(&'static str, Vec<String>); 6] {
    let plans = match &p.subject.plans {
        Plans::None => vec![],
        Plans::All => vec![EVERY.to_string()],
        Plans::These(plans) => plans.iter().map(|id| id.to_string()).collect(),
    };
    [
        ("item", p.subject.items.clone()),
        ("package", p.subject.packages.iter().map(|id| id.to_string()).collect()),
        ("plan", plans),
        ("game", p.subject.games.iter().map(|id| id.to_string()).collect()),
        ("method", p.payment_systems.iter().map(|id| id.to_string()).collect()),
        ("campaign", p.campaigns.iter().map(|id| id.to_string()).collect()),
    ]
}

/// Removes what hangs on a promotion's row.
fn clear(tx: &mut Tx<'_>, project: ProjectId, id: PromotionId) -> Result<(), StoreError> {
    for sql in [DELETE_PERIODS, DELETE_SCOPES, DELETE_ITEMS] {
        tx.execute(sql, &[project.get().into(), id.get().into()])?;
    }
    Ok(())
}

/// Removes a promotion from its project; the merchant's paths still name it.
pub fn remove(tx: &mut Tx<'_>, project: ProjectId, id: PromotionId) -> Result<(), StoreError> {
    clear(tx, project, id)?;
    text::forget(tx, project, KIND, id.get())?;
    tx.execute(DELETE, &[project.get().into(), id.get().into()]).map(drop)
}

/// Forgets where a promotion is, so that the merchant's paths name it no more.
pub fn delist(tx: &mut Tx<'_>, merchant: MerchantId, id: PromotionId) -> Result<(), StoreError> {
    tx.execute(DELIST, &[merchant.get().into(), id.get().into()]).map(drop)
}

/// The project of one of a merchant's promotions.
pub fn project_of(tx: &mut Tx<'_>, merchant: MerchantId, id: PromotionId) -> Result<Option<ProjectId>, StoreError> {
    let row = tx.row(PROJECT_OF, &[merchant.get().into(), id.get().into()])?;
    row.map(|row| row.numbered(0, ProjectId::new)).transpose()
}

/// The projects in which a merchant has promotions.
pub fn projects(tx: &mut Tx<'_>, merchant: MerchantId) -> Result<Vec<ProjectId>, StoreError> {
    let rows = tx.rows(PROJECTS, &[merchant.get().into()])?;
    rows.iter().map(|row| row.numbered(0, ProjectId::new)).collect()
}

/// A promotion.
pub fn find(tx: &mut Tx<'_>, project: ProjectId, id: PromotionId) -> Result<Option<Promotion>, StoreError> {
    let key = [project.get().into(), id.get().into()];
    let Some(row) = tx.row(ONE, &key)? else { return Ok(None) };
    let mut promotion = read(project, &row)?;
    let mut texts = text::of_owner(tx, project, KIND, id.get())?;
    fill_texts(&mut promotion, &mut texts);
    let mut parts = Parts::of(tx, [PERIODS, SCOPES, ITEMS], &key)?;
    parts.fill(&mut promotion)?;
    Ok(Some(promotion))
}

/// All promotions of a project, by number.
pub fn of_project(tx: &mut Tx<'_>, project: ProjectId) -> Result<Vec<Promotion>, StoreError> {
    let key = [project.get().into()];
    let rows = tx.rows(ALL, &key)?;
    // Most projects have none most of the time.
    if rows.is_empty() {
        return Ok(vec![]);
    }
    let mut texts = text::of_kind(tx, project, KIND)?;
    let mut parts = Parts::of(tx, [ALL_PERIODS, ALL_SCOPES, ALL_ITEMS], &key)?;
    let whole = |row: &Row| {
        let mut promotion = read(project, row)?;
        let id = promotion.id.get();
        fill_texts(&mut promotion, texts.entry(id).or_default());
        parts.fill(&mut promotion)?;
        Ok(promotion)
    };
    rows.iter().map(whole).collect()
}

/// Takes an item out of every promotion of its project.
pub fn forget_item(tx: &mut Tx<'_>, project: ProjectId, sku: &str) -> Result<(), StoreError> {
    tx.execute(FORGET_ITEM, &[project.get().into(), sku.into()])?;
    tx.execute(FORGET_SCOPE, &[project.get().into(), "item".into(), sku.into()]).map(drop)
}

fn read(project: ProjectId, row: &Row) -> Result<Promotion, StoreError> {
    Ok(Promotion {
        id: row.numbered(0, PromotionId::new)?,
        project,
        technical_name: row.text(1)?,
        name: Default::default(),
        description: Default::default(),
        label: Default::default(),
        enabled_since: row.maybe_int(2)?.map(Time),
        ran: row.flag(3)?,
        subject: Subject { purchase: row.flag(4)?, ..Subject::default() },
        payment_systems: vec![],
        periods: vec![],
        rewards: Rewards {
            purchase_discount: row.maybe_int(5)?,
            bonus_percent: row.maybe_int(6)?,
            bonus_amount: row.maybe_int(7)?,
            trial_days: row.maybe_int(8)?,
            ..Rewards::default()
        },
        campaigns: vec![],
    })
}

fn fill_texts(p: &mut Promotion, texts: &mut text::Texts) {
    for (field, slot) in [("name", &mut p.name), ("description", &mut p.description), ("label", &mut p.label)] {
        *slot = texts.remove(field).unwrap_or_default();
    }
}

/// What hangs on the rows of promotions, by promotion.
struct Parts {
    periods: BTreeMap<i64, Vec<Row>>,
    scopes: BTreeMap<i64, Vec<Row>>,
    items: BTreeMap<i64, Vec<Row>>,
}

impl Parts {
    fn of(tx: &mut Tx<'_>, statements: [&'static str; 3], key: &[Value<'_>]) -> Result<Self, StoreError> {
        let mut found = statements.map(|sql| {
            let mut by_promotion: BTreeMap<i64, Vec<Row>> = BTreeMap::new();
            for row in tx.rows(sql, key)? {
                by_promotion.entry(row.int(0)?).or_default().push(row);
            }
            Ok::<_, StoreError>(by_promotion)
        });
        let mut take = |i: usize| std::mem::replace(&mut found[i], Ok(BTreeMap::new()));
        Ok(Parts { periods: take(0)?, scopes: take(1)?, items: take(2)? })
    }

    fn fill(&mut self, p: &mut Promotion) -> Result<(), StoreError> {
        let id = p.id.get();
        for row in self.periods.remove(&id).unwrap_or_default() {
            p.periods.push(Period { from: Time(row.int(1)?), to: row.maybe_int(2)?.map(Time) });
        }
        for row in self.scopes.remove(&id).unwrap_or_default() {
            fill_scope(p, &row)?;
        }
        for row in self.items.remove(&id).unwrap_or_default() {
            let sku = row.text(2)?;
            match row.text(1)?.as_str() {
                "discount" => {
                    let (percent, max_amount) = (row.int(3)?, row.maybe_int(4)?);
                    p.rewards.item_discounts.push(ItemDiscount { sku, percent, max_amount });
                }
                _ => p.rewards.item_bonuses.push((sku, row.int(4)?)),
            }
        }
        Ok(())
    }
}

fn fill_scope(p: &mut Promotion, row: &Row) -> Result<(), StoreError> {
    let subject = &mut p.subject;
    match row.text(1)?.as_str() {
        "item" => subject.items.push(row.text(2)?),
        "package" => subject.packages.push(numbered(row, PackageId::new)?),
        "plan" if row.text(2)? == EVERY => subject.plans = Plans::All,
        "plan" => {
            let id = numbered(row, PlanId::new)?;
            match &mut subject.plans {
                Plans::These(plans) => plans.push(id),
                other => *other = Plans::These(vec![id]),
            }
        }
        "game" => subject.games.push(numbered(row, GameId::new)?),
        "method" => p.payment_systems.push(numbered(row, Some)?),
        "campaign" => p.campaigns.push(numbered(row, CampaignId::new)?),
        other => return Err(StoreError::Corrupt(format!("a promotion names a {other:?}"))),
    }
    Ok(())
}

/// The number that a name is.
fn numbered<T>(row: &Row, make: impl Fn(i64) -> Option<T>) -> Result<T, StoreError> {
    row.named(2, |text| text.parse().ok().and_then(&make))
}
