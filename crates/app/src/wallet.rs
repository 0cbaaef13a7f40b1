//! Players and what they hold of the virtual currency.

use crate::App;
use crate::balance::{self, Teller};
use coinslot_domain::decimal::Decimal;
use coinslot_domain::id::{OperationId, ProjectId};
use coinslot_domain::time::Time;
use coinslot_domain::virtual_currency::HUNDREDTHS;
use coinslot_domain::wallet::{CoinsError, Operation, OperationKind, Player, coins};
pub use coinslot_store::wallet::{Booked, Filter};
use coinslot_store::{StoreError, Tx, virtual_currency, wallet};
use coinslot_wire::wallet::{RechargeBody, UserBody};

/// Why a wallet stays as it is.
#[derive(Debug)]
pub enum WalletError {
    /// The project knows no such player.
    NotFound,
    /// The project knows a player of this id.
    Exists,
    /// The player is disabled.
    Disabled,
    /// A change by nothing.
    Zero,
    /// Not an amount of the project's virtual currency.
    Amount(CoinsError),
    /// The player has less, which is given in hundredths.
    TooLittle(i64),
    /// The player would have more than anybody can.
    TooMuch,
    /// The database did not do it.
    Store(StoreError),
}

impl std::fmt::Display for WalletError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            WalletError::NotFound => f.write_str("User with specified ID does not exist."),
            WalletError::Exists => f.write_str("A user with this ID exists already"),
            WalletError::Disabled => f.write_str("The user is disabled"),
            WalletError::Zero => f.write_str("must not be 0"),
            WalletError::Amount(why) => why.fmt(f),
            WalletError::TooLittle(left) => {
                write!(f, "The user has only {}", Decimal::from_units(*left, HUNDREDTHS).unwrap_or(Decimal::ZERO))
            }
            WalletError::TooMuch => f.write_str("The user cannot have more than 1000000000"),
            WalletError::Store(e) => e.fmt(f),
        }
    }
}

impl From<StoreError> for WalletError {
    fn from(e: StoreError) -> Self {
        WalletError::Store(e)
    }
}

/// Registers a player.
pub async fn create(app: &App, project: ProjectId, user: String, body: UserBody) -> Result<(), WalletError> {
    let fresh = Player::new(project, &user, app.now(project));
    let player = changed(fresh, body);
    app.store.write(move |tx| if wallet::insert(tx, &player)? { Ok(()) } else { Err(WalletError::Exists) }).await
}

fn changed(old: Player, body: UserBody) -> Player {
    Player {
        name: body.name.or_none(old.name),
        custom: body.custom.or_none(old.custom),
        email: body.email.or_none(old.email),
        enabled: body.enabled.unwrap_or(old.enabled),
        ..old
    }
}

/// A player.
pub async fn find(app: &App, project: ProjectId, user: String) -> Result<Player, WalletError> {
    app.store.read(move |tx| wallet::find(tx, project, &user)?.ok_or(WalletError::NotFound)).await
}

/// Players of a project, `limit` after the first `offset`, and how many there
/// are.
pub async fn list(
    app: &App,
    project: ProjectId,
    filter: Filter,
    limit: i64,
    offset: i64,
) -> Result<(i64, Vec<Player>), StoreError> {
    app.store.read(move |tx| wallet::list(tx, project, &filter, limit, offset)).await
}

/// Changes what is known of a player.
pub async fn update(app: &App, project: ProjectId, user: String, body: UserBody) -> Result<(), WalletError> {
    app.store
        .write(move |tx| {
            let old = wallet::lock(tx, project, &user)?.ok_or(WalletError::NotFound)?;
            Ok(wallet::update(tx, &changed(old, body.clone()))?)
        })
        .await
}

/// Gives a player virtual currency, or takes some away if `amount` is below
/// zero; the balance after it, in hundredths.
pub async fn recharge(app: &App, project: ProjectId, user: String, body: RechargeBody) -> Result<i64, WalletError> {
    let id = app.id(OperationId::new).await?;
    let teller = Teller::of(app, project).await?;
    let telling = teller.is_some();
    let now = app.now(project);
    let done = app
        .store
        .write(move |tx| {
            let player = able(tx, project, &user)?;
            let amount = amount(tx, project, body.amount)?;
            let operation =
                Operation { comment: body.comment.clone(), ..Operation::internal(project, &user, id, amount, now) };
            let balance = balance::book(tx, &operation, &vec![], teller.as_ref())?;
            balance.ok_or_else(|| short(&player, amount))
        })
        .await?;
    if telling {
        app.wake_worker();
    }
    Ok(done)
}

/// A player who is there and may spend, held until the transaction ends.
pub fn able(tx: &mut Tx<'_>, project: ProjectId, user: &str) -> Result<Player, WalletError> {
    let player = wallet::lock(tx, project, user)?.ok_or(WalletError::NotFound)?;
    if player.enabled { Ok(player) } else { Err(WalletError::Disabled) }
}

/// Why an operation was not booked.
pub fn short(player: &Player, amount: i64) -> WalletError {
    if amount < 0 { WalletError::TooLittle(player.balance) } else { WalletError::TooMuch }
}

/// An amount of the project's virtual currency that is not nothing, in
/// hundredths.
fn amount(tx: &mut Tx<'_>, project: ProjectId, amount: Decimal) -> Result<i64, WalletError> {
    if amount.is_zero() {
        return Err(WalletError::Zero);
    }
    let discrete = virtual_currency::settings(tx, project)?.discrete;
    coins(amount, discrete).map_err(WalletError::Amount)
}

/// The operations of a player in `[from, to)`, newest first.
pub async fn operations(
    app: &App,
    project: ProjectId,
    user: String,
    from: Time,
    to: Time,
    kind: Option<OperationKind>,
) -> Result<Vec<Booked>, WalletError> {
    app.store
        .read(move |tx| {
            wallet::find(tx, project, &user)?.ok_or(WalletError::NotFound)?;
            Ok(wallet::operations(tx, project, &user, from, to, kind)?)
        })
        .await
}

/// Everything that ever changed a player's balance, oldest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// The operations, each with the balance that it left.
    pub lines: Vec<Booked>,
}

impl Statement {
    /// What it comes to, in hundredths.
    pub fn sum(&self) -> i64 {
        self.lines.iter().map(|(operation, _)| operation.amount).sum()
    }

    /// The first line that does not leave what the line before it left and its
    /// own amount: there must be none.
    pub fn break_in_chain(&self) -> Option<&Booked> {
        let mut left = 0;
        self.lines.iter().find(|(operation, balance)| {
            left += operation.amount;
            left != *balance
        })
    }
}

/// A player's statement.
pub async fn statement(app: &App, project: ProjectId, user: String) -> Result<Statement, WalletError> {
    app.store
        .read(move |tx| {
            wallet::find(tx, project, &user)?.ok_or(WalletError::NotFound)?;
            let mut lines = wallet::operations(tx, project, &user, Time(i64::MIN), Time(i64::MAX), None)?;
            lines.reverse();
            Ok(Statement { lines })
        })
        .await
}
