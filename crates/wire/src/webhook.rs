//! The notifications a game receives, byte for byte.
//!
//! The bytes are signed, stored and sent again as they are, so the order of
//! their keys is fixed: it is that of the structs here.

use coinslot_domain::id::{MerchantId, ProjectId};
use coinslot_domain::money::{BasisPoints, Money};
use coinslot_domain::order::{Order, Player};
use coinslot_domain::payment::{Breakdown, Payment};
use coinslot_domain::plan::Plan;
use coinslot_domain::purchase::{Line, LineKind};
use coinslot_domain::subscription::Subscription;
use coinslot_domain::tax::TaxKind;
use coinslot_domain::time::Time;
use serde::ser::Error;
use serde::{Serialize, Serializer};
use serde_json::{Number, Value};

/// A payment to tell of.
#[derive(Clone, Copy, Debug)]
pub struct PaymentNotice<'a> {
    /// The game.
    pub project: ProjectId,
    /// Whose it is.
    pub merchant: MerchantId,
    /// What was paid.
    pub order: &'a Order,
    /// The payment.
    pub payment: &'a Payment,
    /// Name of the payment method.
    pub method_name: &'a str,
    /// What the payment method calls the payment.
    pub method_order_id: &'a str,
    /// The coupon that was used, and the code of its coupon promotion.
    pub coupon: Option<(&'a str, &'a str)>,
}

/// A refund to tell of.
#[derive(Clone, Copy, Debug)]
pub struct RefundNotice<'a> {
    /// What was given back, taken apart.
    pub parts: &'a Breakdown,
    /// The documented code of the reason.
    pub code: i64,
    /// The reason in words.
    pub reason: &'a str,
    /// Who asked for it.
    pub author: &'a str,
}

/// Asks the game whether it knows a player.
pub fn user_validation(project: ProjectId, merchant: MerchantId, player: &Player) -> String {
    bytes(&UserValidation {
        notification_type: "user_validation",
        settings: settings(project, merchant),
        user: user(player),
    })
}

/// Tells the game that a player paid; and for which subscription to which plan,
/// if for one.
pub fn payment(notice: &PaymentNotice, subscription: Option<&(Subscription, Plan)>) -> String {
    let mut body = about("payment", notice, &notice.payment.breakdown, None);
    if let (Some(part), Some((s, plan))) = (&mut body.purchase.subscription, subscription) {
        part.subscription_id = Some(s.id.get());
        part.product_id = s.product.map(|id| id.to_string());
        part.tags = Some(&plan.tags);
        part.date_create = Some(s.created_at.rfc3339());
        part.date_next_charge = s.next_charge.map(Time::rfc3339);
    }
    bytes(&body)
}

/// A payment within what is told of its order, or what was given back of it:
/// the same without the player.
pub(crate) fn billing(notice: &PaymentNotice, refund: Option<&RefundNotice>) -> Value {
    let (kind, parts) = refund.map_or(("payment", &notice.payment.breakdown), |r| ("refund", r.parts));
    let body = Notification { user: None, custom_parameters: None, ..about(kind, notice, parts, refund) };
    serde_json::to_value(&body).unwrap_or_default()
}

/// Tells the game that all of a payment was given back.
pub fn refund(notice: &PaymentNotice, refund: &RefundNotice) -> String {
    bytes(&about("refund", notice, refund.parts, Some(refund)))
}

/// Tells the game that a part of a payment was given back; the sums are those
/// of the part.
pub fn partial_refund(notice: &PaymentNotice, refund: &RefundNotice) -> String {
    bytes(&about("partial_refund", notice, refund.parts, Some(refund)))
}

pub(crate) fn bytes(body: &impl Serialize) -> String {
    // Structs of strings and numbers, and an amount's text is a JSON number:
    // there is nothing to go wrong.
    serde_json::to_string(body).unwrap_or_default()
}

#[derive(Serialize)]
struct UserValidation<'a> {
    notification_type: &'static str,
    settings: Settings,
    user: User<'a>,
}

#[derive(Serialize)]
struct Notification<'a> {
    notification_type: &'static str,
    settings: Settings,
    purchase: Purchase<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<User<'a>>,
    transaction: Transaction<'a>,
    payment_details: PaymentDetails,
    #[serde(skip_serializing_if = "Option::is_none")]
    refund_details: Option<RefundDetails<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    custom_parameters: Option<Value>,
}

#[derive(Serialize)]
pub(crate) struct Settings {
    project_id: i64,
    merchant_id: i64,
}

/// What was bought. What a catalogue does not list is `checkout`, an amount.
#[derive(Serialize)]
struct Purchase<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    virtual_currency: Option<VirtualCurrency<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    checkout: Option<Sum>,
    #[serde(skip_serializing_if = "Option::is_none")]
    subscription: Option<Subscribed<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    virtual_items: Option<VirtualItems<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pin_codes: Option<Vec<PinCode<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    gift: Option<Given<'a>>,
    total: Sum,
    #[serde(skip_serializing_if = "Option::is_none")]
    promotions: Option<Vec<Promotion>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    coupon: Option<Coupon<'a>>,
}

/// A refund tells only of the plan.
#[derive(Serialize)]
struct Subscribed<'a> {
    plan_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    subscription_id: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    product_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tags: Option<&'a [String]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    date_create: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    date_next_charge: Option<String>,
    currency: &'static str,
    #[serde(serialize_with = "decimal")]
    amount: String,
}

#[derive(Serialize)]
struct VirtualCurrency<'a> {
    name: &'a str,
    sku: &'a str,
    #[serde(serialize_with = "decimal")]
    quantity: String,
    currency: &'static str,
    #[serde(serialize_with = "decimal")]
    amount: String,
}

#[derive(Serialize)]
struct VirtualItems<'a> {
    items: Vec<Item<'a>>,
    currency: &'static str,
    #[serde(serialize_with = "decimal")]
    amount: String,
}

#[derive(Serialize)]
struct Item<'a> {
    sku: &'a str,
    amount: i64,
}

#[derive(Serialize)]
struct PinCode<'a> {
    digital_content: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    drm: Option<&'a str>,
    currency: &'static str,
    #[serde(serialize_with = "decimal")]
    amount: String,
}

#[derive(Serialize)]
struct Given<'a> {
    giver_id: &'a str,
    receiver_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    receiver_email: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'a str>,
    /// A string, as it is published.
    hide_giver_from_receiver: &'static str,
}

#[derive(Serialize)]
struct Promotion {
    id: i64,
}

#[derive(Serialize)]
struct Coupon<'a> {
    coupon_code: &'a str,
    campaign_code: &'a str,
}

/// What is not known is left out. The id is a string even where it is digits.
#[derive(Serialize)]
pub(crate) struct User<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    ip: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<&'a str>,
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    country: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    zip: Option<&'a str>,
}

#[derive(Serialize)]
struct Transaction<'a> {
    id: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    external_id: Option<&'a str>,
    payment_date: String,
    payment_method: i64,
    payment_method_name: &'a str,
    /// A string, for payment methods use ids that JavaScript numbers lose.
    payment_method_order_id: &'a str,
    /// Present in tests only: games take its presence for a test.
    #[serde(skip_serializing_if = "Option::is_none")]
    dry_run: Option<u8>,
    agreement: u8,
}

#[derive(Serialize)]
struct PaymentDetails {
    payment: Sum,
    payment_method_sum: Sum,
    xsolla_balance_sum: Sum,
    vat: TaxSum,
    sales_tax: TaxSum,
    direct_wht: TaxSum,
    /// A string, as games have received it for years. Payouts are made in the
    /// currency of the payment.
    payout_currency_rate: &'static str,
    payout: Sum,
    xsolla_fee: Sum,
    payment_method_fee: Sum,
    repatriation_commission: Sum,
}

#[derive(Serialize)]
struct RefundDetails<'a> {
    code: i64,
    reason: &'a str,
    author: &'a str,
}

#[derive(Serialize)]
struct Sum {
    currency: &'static str,
    #[serde(serialize_with = "decimal")]
    amount: String,
}

#[derive(Serialize)]
struct TaxSum {
    currency: &'static str,
    #[serde(serialize_with = "decimal")]
    amount: String,
    #[serde(serialize_with = "decimal")]
    percent: String,
}

/// Writes decimal text as a JSON number.
fn decimal<S: Serializer>(text: &str, to: S) -> Result<S::Ok, S::Error> {
    text.parse::<Number>().map_err(S::Error::custom)?.serialize(to)
}

pub(crate) fn settings(project: ProjectId, merchant: MerchantId) -> Settings {
    Settings { project_id: project.get(), merchant_id: merchant.get() }
}

pub(crate) fn user(player: &Player) -> User<'_> {
    User {
        ip: player.ip.as_deref(),
        phone: player.phone.as_deref(),
        email: player.email.as_deref(),
        id: &player.id,
        name: player.name.as_deref(),
        country: player.country.as_deref(),
        zip: player.zip.as_deref(),
    }
}

fn sum(money: Money) -> Sum {
    Sum { currency: money.currency.code(), amount: money.shortest() }
}

fn purchase<'a>(order: &'a Order, parts: &Breakdown, coupon: Option<(&'a str, &'a str)>) -> Purchase<'a> {
    // A bundle is told of as an item, with what is in it.
    let kind_of = |l: &Line| if l.kind == LineKind::Bundle { LineKind::Item } else { l.kind };
    let of = |kind| order.lines.iter().filter(move |l: &&Line| kind_of(l) == kind);
    // One currency and no overflow: the order's total is their sum.
    let price = |kind| sum(Money::new(of(kind).map(|l| l.price.minor).sum(), order.total.currency));
    let some = |kind| of(kind).next().is_some();
    let listed: i64 = order.lines.iter().map(|l| l.price.minor).sum();
    let unlisted = order.total.minor - listed;
    let mut promotions: Vec<i64> = order.lines.iter().filter_map(|l| l.promotion).map(|id| id.get()).collect();
    promotions.sort_unstable();
    promotions.dedup();
    Purchase {
        virtual_currency: of(LineKind::VirtualCurrency).next().map(|first| {
            let quantity = of(LineKind::VirtualCurrency).map(|l| l.quantity).sum();
            let Sum { currency, amount } = price(LineKind::VirtualCurrency);
            VirtualCurrency { name: &first.name, sku: &first.sku, quantity: hundredths(quantity), currency, amount }
        }),
        checkout: (unlisted > 0 || order.lines.is_empty()).then(|| sum(Money::new(unlisted, order.total.currency))),
        virtual_items: some(LineKind::Item).then(|| {
            let items = of(LineKind::Item).map(|l| Item { sku: &l.sku, amount: l.quantity }).collect();
            let Sum { currency, amount } = price(LineKind::Item);
            VirtualItems { items, currency, amount }
        }),
        pin_codes: some(LineKind::Key).then(|| {
            let code = |l: &'a Line| {
                let Sum { currency, amount } = sum(l.price);
                PinCode { digital_content: &l.sku, drm: l.detail.as_deref(), currency, amount }
            };
            of(LineKind::Key).map(code).collect()
        }),
        subscription: of(LineKind::Plan).next().map(|l| {
            let Sum { currency, amount } = sum(l.price);
            Subscribed {
                plan_id: &l.sku,
                subscription_id: None,
                product_id: None,
                tags: None,
                date_create: None,
                date_next_charge: None,
                currency,
                amount,
            }
        }),
        gift: order.gift.as_ref().map(|gift| Given {
            giver_id: &gift.giver,
            receiver_id: &gift.receiver,
            receiver_email: gift.receiver_email.as_deref(),
            message: gift.message.as_deref(),
            hide_giver_from_receiver: if gift.hide_giver { "true" } else { "false" },
        }),
        total: sum(parts.total()),
        promotions: (!promotions.is_empty()).then(|| promotions.into_iter().map(|id| Promotion { id }).collect()),
        coupon: coupon.map(|(coupon_code, campaign_code)| Coupon { coupon_code, campaign_code }),
    }
}

/// Hundredths of virtual currency as decimal text.
fn hundredths(n: i64) -> String {
    BasisPoints(n).percent()
}

fn about<'a>(
    notification_type: &'static str,
    notice: &PaymentNotice<'a>,
    parts: &Breakdown,
    refund: Option<&RefundNotice<'a>>,
) -> Notification<'a> {
    let &PaymentNotice { project, merchant, order, payment, method_name, method_order_id, coupon } = notice;
    let zero = Money::zero(parts.payment.currency);
    let tax = |kind: Option<TaxKind>| {
        let (money, rate) = match kind {
            Some(kind) if kind == parts.tax_rule.kind => (parts.tax, parts.tax_rule.rate),
            _ => (zero, BasisPoints(0)),
        };
        TaxSum { currency: money.currency.code(), amount: money.shortest(), percent: rate.percent() }
    };
    Notification {
        notification_type,
        settings: settings(project, merchant),
        purchase: purchase(order, parts, coupon),
        user: Some(user(&order.player)),
        transaction: Transaction {
            id: payment.id.get(),
            external_id: order.external_id.as_deref(),
            payment_date: payment.paid_at.unwrap_or(payment.created_at).rfc3339(),
            payment_method: payment.method,
            payment_method_name: method_name,
            payment_method_order_id: method_order_id,
            dry_run: payment.dry_run.then_some(1),
            agreement: 1,
        },
        payment_details: PaymentDetails {
            payment: sum(parts.payment),
            payment_method_sum: sum(parts.payment),
            xsolla_balance_sum: sum(zero),
            vat: tax(Some(TaxKind::Vat)),
            sales_tax: tax(Some(TaxKind::SalesTax)),
            direct_wht: tax(None),
            payout_currency_rate: "1",
            payout: sum(parts.payout),
            xsolla_fee: sum(parts.platform_fee),
            payment_method_fee: sum(parts.method_fee),
            repatriation_commission: sum(zero),
        },
        refund_details: refund.map(|r| RefundDetails { code: r.code, reason: r.reason, author: r.author }),
        custom_parameters: order.custom_parameters.as_deref().and_then(|text| serde_json::from_str(text).ok()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use coinslot_domain::gift::Gift;
    use coinslot_domain::id::{AttemptId, OrderId, PaymentId};
    use coinslot_domain::merchant::Fees;
    use coinslot_domain::money::Currency;
    use coinslot_domain::order::OrderState;
    use coinslot_domain::payment::{Notified, PaymentState};
    use coinslot_domain::refund::split;
    use coinslot_domain::tax::Tax;
    use proptest::prelude::*;

    fn project() -> ProjectId {
        ProjectId::new(18404).unwrap()
    }

    fn merchant() -> MerchantId {
        MerchantId::new(2340).unwrap()
    }

    fn money(minor: i64, code: &str) -> Money {
        Money::new(minor, Currency::from_code(code).unwrap())
    }

    fn player() -> Player {
        Player {
            id: "1234567".into(),
            name: Some("Ann \"A\" Алиса".into()),
            email: Some("ann@example.com".into()),
            phone: Some("18777976552".into()),
            country: Some("US".into()),
            zip: Some("10001".into()),
            ip: Some("127.0.0.1".into()),
        }
    }

    fn paid(price: Money, tax: Tax, fees: Fees) -> (Order, Payment) {
        let breakdown = Breakdown::quote(price, tax, fees).unwrap();
        let order = Order {
            project: project(),
            id: OrderId::new(7).unwrap(),
            state: OrderState::Paid,
            player: player(),
            total: price,
            lines: vec![],
            description: Some("Coins".into()),
            external_id: Some("1".into()),
            custom_parameters: Some(r#"{"level":12,"rate":1.10,"tags":["a"]}"#.into()),
            placed: None,
            gift: None,
        };
        let payment = Payment {
            project: project(),
            id: PaymentId::new(1).unwrap(),
            order: order.id,
            state: PaymentState::Captured,
            attempt: AttemptId::new(3).unwrap(),
            method: 1380,
            breakdown,
            refunded: Money::zero(price.currency),
            reserved: Money::zero(price.currency),
            dry_run: true,
            notified: Notified::Pending,
            created_at: Time(0),
            paid_at: Some(Time(1_411_576_696_000_000)),
            decline: None,
            card: None,
        };
        (order, payment)
    }

    /// The sums of a real payment: 1.99 and 8.88 % on top, fees of 0.11 each.
    fn sales_tax() -> (Order, Payment) {
        let fees = Fees { platform: BasisPoints(500), method: BasisPoints(500) };
        paid(money(199, "USD"), Tax { kind: TaxKind::SalesTax, rate: BasisPoints(888) }, fees)
    }

    fn notice<'a>(order: &'a Order, payment: &'a Payment) -> PaymentNotice<'a> {
        PaymentNotice {
            project: project(),
            merchant: merchant(),
            order,
            payment,
            method_name: "Bank cards",
            method_order_id: "1234567890123456789",
            coupon: None,
        }
    }

    #[test]
    fn user_validation_bytes() {
        assert_eq!(
            user_validation(project(), merchant(), &player()),
            concat!(
                r#"{"notification_type":"user_validation","settings":{"project_id":18404,"merchant_id":2340},"#,
                r#""user":{"ip":"127.0.0.1","phone":"18777976552","email":"ann@example.com","id":"1234567","#,
                r#""name":"Ann \"A\" Алиса","country":"US","zip":"10001"}}"#
            )
        );
        assert_eq!(
            user_validation(project(), merchant(), &Player { id: "u".into(), ..Player::default() }),
            concat!(
                r#"{"notification_type":"user_validation","settings":{"project_id":18404,"merchant_id":2340},"#,
                r#""user":{"id":"u"}}"#
            )
        );
    }

    #[test]
    fn payment_bytes_with_sales_tax() {
        let (order, p) = sales_tax();
        assert_eq!(
            payment(&notice(&order, &p), None),
            concat!(
                r#"{"notification_type":"payment","settings":{"project_id":18404,"merchant_id":2340},"#,
                r#""purchase":{"checkout":{"currency":"USD","amount":1.99},"total":{"currency":"USD","amount":1.99}},"#,
                r#""user":{"ip":"127.0.0.1","phone":"18777976552","email":"ann@example.com","id":"1234567","#,
                r#""name":"Ann \"A\" Алиса","country":"US","zip":"10001"},"#,
                r#""transaction":{"id":1,"external_id":"1","payment_date":"2014-09-24T16:38:16+00:00","#,
                r#""payment_method":1380,"payment_method_name":"Bank cards","#,
                r#""payment_method_order_id":"1234567890123456789","dry_run":1,"agreement":1},"#,
                r#""payment_details":{"payment":{"currency":"USD","amount":2.17},"#,
                r#""payment_method_sum":{"currency":"USD","amount":2.17},"#,
                r#""xsolla_balance_sum":{"currency":"USD","amount":0},"#,
                r#""vat":{"currency":"USD","amount":0,"percent":0},"#,
                r#""sales_tax":{"currency":"USD","amount":0.18,"percent":8.88},"#,
                r#""direct_wht":{"currency":"USD","amount":0,"percent":0},"payout_currency_rate":"1","#,
                r#""payout":{"currency":"USD","amount":1.77},"xsolla_fee":{"currency":"USD","amount":0.11},"#,
                r#""payment_method_fee":{"currency":"USD","amount":0.11},"#,
                r#""repatriation_commission":{"currency":"USD","amount":0}},"#,
                r#""custom_parameters":{"level":12,"rate":1.10,"tags":["a"]}}"#
            )
        );
    }

    #[test]
    fn payment_bytes_with_vat_live_and_bare() {
        let tax = Tax { kind: TaxKind::Vat, rate: BasisPoints(1000) };
        let (mut order, mut p) = paid(money(1100, "JPY"), tax, Fees::default());
        order.player = Player { id: "u".into(), ..Player::default() };
        order.external_id = None;
        order.custom_parameters = None;
        p.dry_run = false;
        p.paid_at = None;
        assert_eq!(
            payment(&notice(&order, &p), None),
            concat!(
                r#"{"notification_type":"payment","settings":{"project_id":18404,"merchant_id":2340},"#,
                r#""purchase":{"checkout":{"currency":"JPY","amount":1100},"total":{"currency":"JPY","amount":1100}},"#,
                r#""user":{"id":"u"},"#,
                r#""transaction":{"id":1,"payment_date":"1970-01-01T00:00:00+00:00","#,
                r#""payment_method":1380,"payment_method_name":"Bank cards","#,
                r#""payment_method_order_id":"1234567890123456789","agreement":1},"#,
                r#""payment_details":{"payment":{"currency":"JPY","amount":1100},"#,
                r#""payment_method_sum":{"currency":"JPY","amount":1100},"#,
                r#""xsolla_balance_sum":{"currency":"JPY","amount":0},"#,
                r#""vat":{"currency":"JPY","amount":100,"percent":10},"#,
                r#""sales_tax":{"currency":"JPY","amount":0,"percent":0},"#,
                r#""direct_wht":{"currency":"JPY","amount":0,"percent":0},"payout_currency_rate":"1","#,
                r#""payout":{"currency":"JPY","amount":1000},"xsolla_fee":{"currency":"JPY","amount":0},"#,
                r#""payment_method_fee":{"currency":"JPY","amount":0},"#,
                r#""repatriation_commission":{"currency":"JPY","amount":0}}}"#
            )
        );
    }

    #[test]
    fn a_gift_names_both() {
        let (order, p) = sales_tax();
        let gift = Gift {
            giver: "1234567".into(),
            receiver: "friend".into(),
            receiver_email: Some("friend@example.com".into()),
            message: Some("For you".into()),
            hide_giver: true,
        };
        let order = Order { gift: Some(gift), ..order };
        let body = payment(&notice(&order, &p), None);
        let said = concat!(
            r#""gift":{"giver_id":"1234567","receiver_id":"friend","receiver_email":"friend@example.com","#,
            r#""message":"For you","hide_giver_from_receiver":"true"},"total""#
        );
        assert!(body.contains(said), "{body}");
        assert!(body.contains(r#""id":"1234567""#), "who paid is the user");
    }

    #[test]
    fn partial_refund_bytes() {
        let (order, p) = sales_tax();
        let parts = split(&p.breakdown, &[], money(100, "USD")).unwrap();
        let told = RefundNotice { parts: &parts, code: 1, reason: "Sorry", author: "support@example.com" };
        assert_eq!(
            partial_refund(&notice(&order, &p), &told),
            concat!(
                r#"{"notification_type":"partial_refund","settings":{"project_id":18404,"merchant_id":2340},"#,
                r#""purchase":{"checkout":{"currency":"USD","amount":1.99},"total":{"currency":"USD","amount":0.92}},"#,
                r#""user":{"ip":"127.0.0.1","phone":"18777976552","email":"ann@example.com","id":"1234567","#,
                r#""name":"Ann \"A\" Алиса","country":"US","zip":"10001"},"#,
                r#""transaction":{"id":1,"external_id":"1","payment_date":"2014-09-24T16:38:16+00:00","#,
                r#""payment_method":1380,"payment_method_name":"Bank cards","#,
                r#""payment_method_order_id":"1234567890123456789","dry_run":1,"agreement":1},"#,
                r#""payment_details":{"payment":{"currency":"USD","amount":1},"#,
                r#""payment_method_sum":{"currency":"USD","amount":1},"#,
                r#""xsolla_balance_sum":{"currency":"USD","amount":0},"#,
                r#""vat":{"currency":"USD","amount":0,"percent":0},"#,
                r#""sales_tax":{"currency":"USD","amount":0.08,"percent":8.88},"#,
                r#""direct_wht":{"currency":"USD","amount":0,"percent":0},"payout_currency_rate":"1","#,
                r#""payout":{"currency":"USD","amount":0.82},"xsolla_fee":{"currency":"USD","amount":0.05},"#,
                r#""payment_method_fee":{"currency":"USD","amount":0.05},"#,
                r#""repatriation_commission":{"currency":"USD","amount":0}},"#,
                r#""refund_details":{"code":1,"reason":"Sorry","author":"support@example.com"},"#,
                r#""custom_parameters":{"level":12,"rate":1.10,"tags":["a"]}}"#
            )
        );
    }

    #[test]
    fn a_full_refund_is_the_payment_and_a_reason() {
        let (order, p) = sales_tax();
        let told = RefundNotice { parts: &p.breakdown, code: 1, reason: "Sorry", author: "merchant" };
        let want = payment(&notice(&order, &p), None).replacen(r#""payment""#, r#""refund""#, 1).replace(
            r#","custom_parameters""#,
            r#","refund_details":{"code":1,"reason":"Sorry","author":"merchant"},"custom_parameters""#,
        );
        assert_eq!(refund(&notice(&order, &p), &told), want);
    }

    proptest! {
        #[test]
        fn every_amount_is_written(minor in 1i64..1_000_000_000_000, i in 0usize..150, rate in 0i64..5000) {
            let price = Money::new(minor, Currency::all().nth(i).unwrap());
            let fees = Fees { platform: BasisPoints(rate), method: BasisPoints(rate) };
            let (order, p) = paid(price, Tax { kind: TaxKind::Vat, rate: BasisPoints(rate) }, fees);
            let body: Value = serde_json::from_str(&payment(&notice(&order, &p), None)).unwrap();
            let details = &body["payment_details"];
            let read = |key: &str| Money::parse(&details[key]["amount"].to_string(), price.currency).unwrap().minor;
            prop_assert_eq!(
                read("payment"),
                read("payout") + read("vat") + read("xsolla_fee") + read("payment_method_fee")
            );
            prop_assert_eq!(details["vat"]["percent"].to_string(), BasisPoints(rate).percent());
        }
    }
}
