//! Virtual currency: settings and packages.

use crate::catalogue::{billionths, price};
use crate::engine::Row;
use crate::{StoreError, Tx, text};
use coinslot_domain::id::{PackageId, ProjectId};
use coinslot_domain::item::Advertisement;
use coinslot_domain::money::{BasisPoints, Currency};
use coinslot_domain::virtual_currency::{Package, Settings};

statements! {
    SAVE = "INSERT INTO virtual_currency (project_id, default_currency, min_order, max_order, is_discrete, any_amount,
            kind) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (project_id)
        DO UPDATE SET default_currency = $2, min_order = $3, max_order = $4, is_discrete = $5, any_amount = $6,
            kind = $7";
    FIND = "SELECT default_currency, min_order, max_order, is_discrete, any_amount, kind FROM virtual_currency
        WHERE project_id = $1";
    CLEAR_PRICES = "DELETE FROM virtual_currency_price WHERE project_id = $1";
    INSERT_PRICE = "INSERT INTO virtual_currency_price (project_id, currency, price) VALUES ($1, $2, $3)";
    PRICES = "SELECT currency, price FROM virtual_currency_price WHERE project_id = $1 ORDER BY currency";
    CLEAR_PACKAGES = "DELETE FROM package WHERE project_id = $1";
    INSERT_PACKAGE = "INSERT INTO package (project_id, package_id, currency, place, sku, amount, price, image_url, bonus,
            advertisement, enabled) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    PACKAGES = "SELECT package_id, currency, sku, amount, price, image_url, bonus, advertisement, enabled FROM package
        WHERE project_id = $1 ORDER BY currency, place";
}

/// The kinds of owners that the texts here have.
const TEXTS: &str = "virtual_currency";
const PACKAGE_TEXTS: &str = "package";

/// Keeps what holds for a project's virtual currency.
pub fn save(tx: &mut Tx<'_>, project: ProjectId, s: &Settings) -> Result<(), StoreError> {
    let p = project.get();
    let values = [
        p.into(),
        s.default_currency.code().into(),
        billionths(s.min).into(),
        billionths(s.max).into(),
        s.discrete.into(),
        s.any_amount.into(),
        (&s.kind).into(),
    ];
    tx.execute(SAVE, &values)?;
    text::set(tx, project, TEXTS, p, "name", &s.name)?;
    tx.execute(CLEAR_PRICES, &[p.into()])?;
    for (currency, price) in &s.base {
        tx.execute(INSERT_PRICE, &[p.into(), currency.code().into(), billionths(*price).into()])?;
    }
    Ok(())
}

/// What holds for a project's virtual currency.
pub fn settings(tx: &mut Tx<'_>, project: ProjectId) -> Result<Settings, StoreError> {
    let Some(row) = tx.row(FIND, &[project.get().into()])? else {
        return Settings::initial().ok_or_else(|| StoreError::Corrupt("no initial settings".into()));
    };
    let prices = tx.rows(PRICES, &[project.get().into()])?;
    let mut texts = text::of_owner(tx, project, TEXTS, project.get())?;
    Ok(Settings {
        name: texts.remove("name").unwrap_or_default(),
        base: prices
            .iter()
            .map(|row| Ok((row.named(0, Currency::from_code)?, row.numbered(1, price)?)))
            .collect::<Result<_, StoreError>>()?,
        default_currency: row.named(0, Currency::from_code)?,
        min: row.numbered(1, price)?,
        max: row.numbered(2, price)?,
        discrete: row.flag(3)?,
        any_amount: row.flag(4)?,
        kind: row.text(5)?,
    })
}

/// Replaces the packages of a project by these, which keep their order within
/// each currency. No two may have one SKU.
pub fn set_packages(tx: &mut Tx<'_>, project: ProjectId, packages: &[Package]) -> Result<(), StoreError> {
    let p = project.get();
    for old in self::packages(tx, project)? {
        text::forget(tx, project, PACKAGE_TEXTS, old.id.get())?;
    }
    tx.execute(CLEAR_PACKAGES, &[p.into()])?;
    for (place, package) in (1_i64..).zip(packages) {
        let values = [
            p.into(),
            package.id.get().into(),
            package.currency.code().into(),
            place.into(),
            (&package.sku).into(),
            package.amount.into(),
            billionths(package.price).into(),
            (&package.image_url).into(),
            package.bonus.0.into(),
            package.advertisement.map(Advertisement::name).into(),
            package.enabled.into(),
        ];
        tx.execute(INSERT_PACKAGE, &values)?;
        text::set(tx, project, PACKAGE_TEXTS, package.id.get(), "description", &package.description)?;
        text::set(tx, project, PACKAGE_TEXTS, package.id.get(), "label", &package.label)?;
    }
    Ok(())
}

/// The packages of a project, by currency and in their order there.
pub fn packages(tx: &mut Tx<'_>, project: ProjectId) -> Result<Vec<Package>, StoreError> {
    let rows = tx.rows(PACKAGES, &[project.get().into()])?;
    let mut texts = text::of_kind(tx, project, PACKAGE_TEXTS)?;
    rows.iter().map(|row| package(row, texts.remove(&row.int(0)?).unwrap_or_default())).collect()
}

fn package(row: &Row, mut texts: text::Texts) -> Result<Package, StoreError> {
    Ok(Package {
        id: row.numbered(0, PackageId::new)?,
        currency: row.named(1, Currency::from_code)?,
        sku: row.text(2)?,
        amount: row.int(3)?,
        price: row.numbered(4, price)?,
        image_url: row.maybe_text(5)?,
        description: texts.remove("description").unwrap_or_default(),
        label: texts.remove("label").unwrap_or_default(),
        bonus: BasisPoints(row.int(6)?),
        advertisement: row.maybe_text(7)?.and_then(|name| Advertisement::of(&name)),
        enabled: row.flag(8)?,
    })
}
