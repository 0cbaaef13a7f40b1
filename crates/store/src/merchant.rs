//! Merchants, projects and API keys.

use crate::engine::{Row, Value};
use crate::{StoreError, Tx};
use coinslot_domain::id::{MerchantId, ProjectId};
use coinslot_domain::merchant::{Caller, Fees, KeyScope, Project, TokenStatus};
use coinslot_domain::money::BasisPoints;
use coinslot_domain::redirect::{RedirectPolicy, RedirectWhen};
use coinslot_domain::tax::{Tax, TaxKind, TaxRule};
use coinslot_domain::time::Time;
use coinslot_domain::webhook::Optional;

statements! {
    INSERT_MERCHANT = "INSERT INTO merchant (merchant_id, name, created_at) VALUES ($1, $2, $3)
        ON CONFLICT (merchant_id) DO NOTHING";
    NAME = "SELECT name FROM merchant WHERE merchant_id = $1";
    INSERT_KEY = "INSERT INTO api_key (merchant_id, key_hash, project_id, created_at) VALUES ($1, $2, $3, $4)
        ON CONFLICT (merchant_id, key_hash) DO NOTHING";
    FIND_KEY = "SELECT project_id FROM api_key WHERE merchant_id = $1 AND key_hash = $2";
    KEYS = "SELECT key_hash, project_id, created_at FROM api_key WHERE merchant_id = $1 ORDER BY created_at, key_hash";
    DELETE_KEY = "DELETE FROM api_key WHERE merchant_id = $1 AND key_hash = $2";
    INSERT_PROJECT = "INSERT INTO project (project_id, merchant_id, name, active, secret, webhook_url,
            platform_fee, method_fee, frame_ancestors, locales, return_url, external_id_required, created_at,
            optional_webhooks, redirect_conditions, redirect_delay, redirect_manual, redirect_caption)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
        ON CONFLICT (project_id) DO NOTHING";
    SET_WEBHOOK = "UPDATE project SET webhook_url = $2 WHERE project_id = $1";
    PROJECTS = "SELECT project_id FROM project ORDER BY project_id";
    FIND_PROJECT = "SELECT project_id, merchant_id, name, active, secret,
            CASE WHEN ipn_enabled = 1 THEN webhook_url END, platform_fee, method_fee, frame_ancestors, locales,
            return_url, external_id_required, optional_webhooks, token_status, redirect_conditions,
            redirect_delay, redirect_manual, redirect_caption FROM project WHERE project_id = $1";
    SET_TOKEN_STATUS = "UPDATE project SET token_status = $2 WHERE project_id = $1";
    INSERT_TAX = "INSERT INTO project_tax (project_id, country, kind, rate) VALUES ($1, $2, $3, $4)
        ON CONFLICT (project_id, country) DO UPDATE SET kind = $3, rate = $4";
    FIND_TAXES = "SELECT country, kind, rate FROM project_tax WHERE project_id = $1 ORDER BY country";
}

/// Adds a merchant; one that exists stays as it is.
pub fn insert(tx: &mut Tx<'_>, id: MerchantId, name: &str, now: Time) -> Result<(), StoreError> {
    tx.execute(INSERT_MERCHANT, &[id.get().into(), name.into(), now.0.into()]).map(drop)
}

/// The name of a merchant, if there is one of this number.
pub fn name(tx: &mut Tx<'_>, id: MerchantId) -> Result<Option<String>, StoreError> {
    tx.row(NAME, &[id.get().into()])?.map(|r| r.text(0)).transpose()
}

/// Adds an API key by its hash. The key itself is never stored.
pub fn insert_key(tx: &mut Tx<'_>, caller: Caller, key_hash: &str, now: Time) -> Result<(), StoreError> {
    let project = match caller.scope {
        KeyScope::Company => 0,
        KeyScope::Project(id) => id.get(),
    };
    tx.changes_known();
    tx.execute(INSERT_KEY, &[caller.merchant.get().into(), key_hash.into(), project.into(), now.0.into()]).map(drop)
}

/// Who a key belongs to, if it is one of the merchant's.
pub fn find_key(tx: &mut Tx<'_>, merchant: MerchantId, key_hash: &str) -> Result<Option<Caller>, StoreError> {
    let Some(row) = tx.row(FIND_KEY, &[merchant.get().into(), key_hash.into()])? else { return Ok(None) };
    Ok(Some(Caller { merchant, scope: scope(&row, 0)? }))
}

fn scope(row: &Row, column: usize) -> Result<KeyScope, StoreError> {
    Ok(match row.int(column)? {
        0 => KeyScope::Company,
        _ => KeyScope::Project(row.numbered(column, ProjectId::new)?),
    })
}

/// An API key, as far as it is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptKey {
    /// Its hash.
    pub hash: String,
    /// What it reaches.
    pub scope: KeyScope,
    /// When it was made.
    pub created_at: Time,
}

/// The API keys of a merchant, oldest first.
pub fn keys(tx: &mut Tx<'_>, merchant: MerchantId) -> Result<Vec<KeptKey>, StoreError> {
    let kept = |r: &Row| Ok(KeptKey { hash: r.text(0)?, scope: scope(r, 1)?, created_at: Time(r.int(2)?) });
    tx.rows(KEYS, &[merchant.get().into()])?.iter().map(kept).collect()
}

/// Forgets an API key, so that it opens nothing any more; `false` when there is
/// none of this hash.
pub fn remove_key(tx: &mut Tx<'_>, merchant: MerchantId, key_hash: &str) -> Result<bool, StoreError> {
    tx.changes_known();
    Ok(tx.execute(DELETE_KEY, &[merchant.get().into(), key_hash.into()])? > 0)
}

/// Adds a project with its tax rules; one that exists stays as it is.
pub fn insert_project(tx: &mut Tx<'_>, p: &Project, now: Time) -> Result<(), StoreError> {
    tx.changes_known();
    let [conditions, delay, manual, caption] = redirect_values(p.redirect_policy.as_ref());
    let added = tx.execute(
        INSERT_PROJECT,
        &[
            p.id.get().into(),
            p.merchant.get().into(),
            (&p.name).into(),
            p.active.into(),
            (&p.secret).into(),
            (&p.webhook_url).into(),
            p.fees.platform.0.into(),
            p.fees.method.0.into(),
            p.frame_ancestors.join(" ").into(),
            p.locales.join(" ").into(),
            (&p.return_url).into(),
            p.external_id_required.into(),
            now.0.into(),
            optional_words(&p.optional).into(),
            conditions,
            delay,
            manual,
            caption,
        ],
    )?;
    if added == 0 {
        return Ok(());
    }
    for rule in &p.taxes {
        let kind = tax_kind_name(rule.tax.kind);
        tx.execute(INSERT_TAX, &[p.id.get().into(), (&rule.country).into(), kind.into(), rule.tax.rate.0.into()])?;
    }
    Ok(())
}

/// Sets where a project's webhooks go; `None` for nowhere.
pub fn set_webhook_url(tx: &mut Tx<'_>, project: ProjectId, url: Option<&str>) -> Result<(), StoreError> {
    tx.changes_known();
    tx.execute(SET_WEBHOOK, &[project.get().into(), url.into()]).map(drop)
}

/// Sets how the call is answered that makes an order's token.
pub fn set_token_status(tx: &mut Tx<'_>, project: ProjectId, status: TokenStatus) -> Result<(), StoreError> {
    tx.changes_known();
    tx.execute(SET_TOKEN_STATUS, &[project.get().into(), i64::from(status.number()).into()]).map(drop)
}

/// Every project there is, for the operator.
pub fn projects(tx: &mut Tx<'_>) -> Result<Vec<ProjectId>, StoreError> {
    tx.rows(PROJECTS, &[])?.iter().map(|row| row.numbered(0, ProjectId::new)).collect()
}

/// A project with its tax rules.
pub fn find_project(tx: &mut Tx<'_>, id: ProjectId) -> Result<Option<Project>, StoreError> {
    let Some(row) = tx.row(FIND_PROJECT, &[id.get().into()])? else { return Ok(None) };
    let taxes = tx.rows(FIND_TAXES, &[id.get().into()])?;
    Ok(Some(Project {
        id,
        merchant: row.numbered(1, MerchantId::new)?,
        name: row.text(2)?,
        active: row.flag(3)?,
        secret: row.text(4)?,
        webhook_url: row.maybe_text(5)?,
        fees: Fees { platform: BasisPoints(row.int(6)?), method: BasisPoints(row.int(7)?) },
        frame_ancestors: words(&row.text(8)?),
        locales: words(&row.text(9)?),
        return_url: row.maybe_text(10)?,
        external_id_required: row.flag(11)?,
        redirect_policy: redirect_policy(&row, 14)?,
        optional: optional(&row.text(12)?),
        token_status: TokenStatus::of(row.int(13)?).unwrap_or_default(),
        taxes: taxes.iter().map(tax_rule).collect::<Result<_, _>>()?,
    }))
}

/// Webhooks that were asked for, as one text.
pub(crate) fn optional_words(all: &[Optional]) -> String {
    all.iter().map(|o| o.name()).collect::<Vec<_>>().join(" ")
}

/// The same, read. What this version does not know is passed over.
pub(crate) fn optional(text: &str) -> Vec<Optional> {
    text.split_whitespace().filter_map(Optional::from_name).collect()
}

/// When the payment page leads back: four columns from `first` on.
pub(crate) fn redirect_policy(row: &Row, first: usize) -> Result<Option<RedirectPolicy>, StoreError> {
    let when = |column| Ok::<_, StoreError>(row.maybe_text(column)?.as_deref().and_then(RedirectWhen::from_name));
    let policy = RedirectPolicy {
        automatic: when(first)?,
        delay: row.maybe_int(first + 1)?,
        manual: when(first + 2)?,
        caption: row.maybe_text(first + 3)?,
    };
    Ok(policy.says_something().then_some(policy))
}

/// The values of these columns.
pub(crate) fn redirect_values(policy: Option<&RedirectPolicy>) -> [Value<'_>; 4] {
    [
        policy.and_then(|p| p.automatic).map(RedirectWhen::name).into(),
        policy.and_then(|p| p.delay).into(),
        policy.and_then(|p| p.manual).map(RedirectWhen::name).into(),
        policy.and_then(|p| p.caption.as_deref()).into(),
    ]
}

pub(crate) fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_string).collect()
}

fn tax_rule(row: &Row) -> Result<TaxRule, StoreError> {
    let tax = Tax { kind: row.named(1, tax_kind)?, rate: BasisPoints(row.int(2)?) };
    Ok(TaxRule { country: row.text(0)?, tax })
}

pub(crate) fn tax_kind_name(kind: TaxKind) -> &'static str {
    match kind {
        TaxKind::Vat => "vat",
        TaxKind::SalesTax => "sales_tax",
    }
}

pub(crate) fn tax_kind(name: &str) -> Option<TaxKind> {
    [TaxKind::Vat, TaxKind::SalesTax].into_iter().find(|k| tax_kind_name(*k) == name)
}
