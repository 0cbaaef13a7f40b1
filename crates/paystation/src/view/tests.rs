//! Tests of the pages: what strangers write stays text, and sums are what they are.

use super::*;
use crate::locale::LOCALES;
use coinslot_domain::merchant::Fees;
use coinslot_domain::money::{Currency, Money};
use coinslot_domain::tax::Tax;

fn frame() -> Frame {
    let hostile = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>";
    let t = Text::choose(None, None, None);
    let usd = Currency::from_code("USD").unwrap();
    let tax = Tax { kind: TaxKind::SalesTax, rate: BasisPoints(888) };
    let breakdown = Breakdown::quote(Money::new(199, usd), tax, Fees::default()).unwrap();
    Frame {
        t,
        title: hostile.into(),
        theme: "auto",
        project: Some(hostile.into()),
        sandbox: true,
        size: (740, 760),
        sized: Some("medium"),
        look: Look::read(None),
        about: vec![hostile.into()],
        balance: Some(hostile.into()),
        languages: Languages {
            path: "/paystation2/".into(),
            kept: vec![("access_token".into(), hostile.into())],
            all: LOCALES,
        },
        leave: Some("https://g.example/?a=\"><script>".into()),
        close: true,
        country: Some("\"><script>".into()),
        status: Some(StatusFrame { status: "done", invoice: 7, email: hostile.into(), user: hostile.into() }),
        summary: Some(Summary::new(t, &breakdown, Some(hostile), &[good(hostile)])),
        license: Some("https://g.example/\"><script>".into()),
        region: Some(Region { shown: hostile.into(), url: Some(hostile.into()) }),
    }
}

fn good(name: &str) -> purchase::Line {
    let price = |minor| Money::new(minor, Currency::from_code("USD").unwrap());
    purchase::Line {
        kind: LineKind::VirtualCurrency,
        reference: None,
        sku: name.into(),
        name: name.into(),
        quantity: 125_050,
        detail: Some(name.into()),
        price: price(199),
        full_price: price(299),
        promotion: None,
        bundle: None,
    }
}

#[test]
fn goods_are_counted_and_priced() {
    let t = Text::choose(None, None, None);
    let g = Good::new(t, &good("Gems"));
    assert_eq!(
        (g.quantity.as_deref(), g.price.as_str(), g.full_price.as_deref()),
        (Some("1,250.5"), "$1.99", Some("$2.99"))
    );
    let one = purchase::Line { kind: LineKind::Item, quantity: 1, ..good("Sword") };
    assert_eq!(Good::new(t, &one).quantity, None);
    let three = purchase::Line { quantity: 3, full_price: one.price, ..one };
    let g = Good::new(t, &three);
    assert_eq!((g.quantity.as_deref(), g.full_price), (Some("3"), None));
}

fn is_clean(html: &str) {
    assert!(!html.contains("<script>") && !html.contains("<img"), "{html}");
    assert!(!html.contains(" style=") && !html.contains("<style"), "inline style");
    // The only script is our own file.
    assert_eq!(html.matches("<script").count(), 1);
    assert!(html.contains("<script src=\"/paystation2/assets/pay.js?v="));
    assert!(html.len() < 30_000, "{} bytes", html.len());
}

#[test]
fn hostile_texts_stay_texts() {
    let bad = || "<script>alert(3)</script>".to_string();
    let field = || Field { name: "zip", value: bad(), error: Some(bad()), ..Field::default() };
    is_clean(
        &CheckoutPage {
            f: frame(),
            token: "\"><script>",
            lang: Some("\"><script>"),
            shown: Some(199),
            problem: Some(bad()),
            hints: vec![bad()],
            methods: vec![MethodChoice {
                value: bad(),
                key: "card",
                icon: "card",
                name: bad(),
                takes_card: true,
                saved: false,
                checked: true,
            }],
            others: Some(bad()),
            places: vec![PlaceList {
                label: bad(),
                param: bad(),
                value: "steam",
                places: vec![PlaceLink {
                    key: "steam",
                    name: "Steam",
                    price: bad(),
                    full_price: Some(bad()),
                    url: bad(),
                    chosen: true,
                }],
            }],
            chosen: vec![("item", bad())],
            shop: Some(bad()),
            coupon: Some(CouponField { code: bad(), kept: vec![(bad(), bad())], problem: Some(bad()) }),
            save: Some((bad(), true)),
            later: Some(bad()),
            said: vec![Said { key: "gift", label: bad(), text: bad(), url: Some(bad()) }],
            card_fields: vec![field()],
            common_fields: vec![field()],
            pay_label: bad(),
            test_cards: vec![TestCard { number: "4111", cvv: "123", what: bad() }],
        }
        .render()
        .unwrap(),
    );
    let status = StatusPage {
        f: frame(),
        poll: bad(),
        challenge: bad(),
        look: "good",
        group: "done",
        view: bad(),
        is_final: true,
        heading: bad(),
        message: bad(),
        code: Some("1017"),
        steps: vec![Step { label: bad(), state: "done" }],
        facts: vec![Line { label: bad(), amount: bad() }],
        retry: Some(bad()),
        back: Some(Back { url: bad(), caption: bad() }),
        receipt: Some(bad()),
        redirect: Some(Redirect { url: bad(), delay: "1".into() }),
    };
    is_clean(&status.render().unwrap());
    let region = RegionPage {
        f: frame(),
        back: bad(),
        kept: vec![(bad(), bad())],
        countries: vec![("\"", "<script>", true)],
        currencies: vec![("\"", true), ("<script>", false)],
    };
    is_clean(&region.render().unwrap());
    let card = Some(bad());
    let password = "x";
    is_clean(&ChallengePage { f: frame(), token: "\"", lang: None, amount: bad(), card, password }.render().unwrap());
    is_clean(&ReceiptPage { f: frame(), facts: vec![], refunded: Some(bad()) }.render().unwrap());
    let (message, retry, hint) = (bad(), Some(bad()), Some(bad()));
    is_clean(&ErrorPage { f: frame(), code: "2205", heading: bad(), message, retry, hint }.render().unwrap());
}

#[test]
fn hostile_texts_stay_texts_in_the_shop() {
    let bad = || "<script>alert(3)</script>".to_string();
    let page = StorePage {
        f: frame(),
        tabs: vec![
            StoreTab { key: "items", name: bad(), url: bad(), current: true },
            StoreTab { key: "plans", name: bad(), url: bad(), current: false },
        ],
        groups: vec![StoreGroup { name: bad(), url: bad(), current: true }],
        beside: true,
        grid: true,
        on_button: true,
        about: Some(bad()),
        offers: vec![StoreOffer {
            key: bad(),
            name: bad(),
            description: bad(),
            initial: bad(),
            image: None,
            price: bad(),
            full_price: Some(bad()),
            badge: Some(bad()),
            more: Some(bad()),
            note: Some(bad()),
            selected: true,
            url: bad(),
        }],
        amount: Some(bad()),
        currency_name: bad(),
        kept: vec![("access_token", bad())],
    };
    is_clean(&page.render().unwrap());
}

#[test]
fn hostile_texts_stay_texts_before_paying() {
    let bad = || "<script>alert(3)</script>".to_string();
    let friend = FriendChoice { id: bad(), called: bad(), initial: bad(), name: Some(bad()), email: Some(bad()) };
    let page = GiftPage {
        f: frame(),
        kept: vec![(bad(), bad())],
        shop: Some(bad()),
        query: Some(bad()),
        friends: vec![friend],
        names: true,
        named: bad(),
        problem: Some(bad()),
    };
    is_clean(&page.render().unwrap());
    let page = ShippingPage {
        f: frame(),
        kept: vec![(bad(), bad())],
        shop: Some(bad()),
        faulty: true,
        fields: vec![Field { name: "ship_name", value: bad(), error: Some(bad()), ..Field::default() }],
        country_error: Some(bad()),
        countries: vec![("DE", "Germany", true)],
    };
    is_clean(&page.render().unwrap());
}

#[test]
fn hostile_texts_stay_texts_in_the_account() {
    let bad = || "<script>alert(3)</script>".to_string();
    let page = ProfilePage {
        f: frame(),
        token: "\"><script>",
        lang: Some("\"><script>"),
        heading: bad(),
        tabs: vec![],
        info: vec![Line { label: bad(), amount: bad() }],
        history: vec![Past {
            what: bad(),
            when: bad(),
            amount: bad(),
            number: bad(),
            with: Some(bad()),
            back: Some(bad()),
        }],
        accounts: vec![Saved { id: 1, name: bad(), forget: bad() }],
        subscriptions: vec![Running { id: 1, name: bad(), price: bad(), state: bad(), cancel: Some(bad()) }],
        empty: Some(bad()),
    };
    is_clean(&page.render().unwrap());
}

#[test]
fn hostile_texts_stay_texts_on_a_television() {
    let bad = || "<script>alert(3)</script>".to_string();
    let is_clean = |html: String| is_clean(&html.replace("/tv.js?", "/pay.js?"));
    let page = TvPage {
        f: frame(),
        state: "waiting",
        view: bad(),
        poll: bad(),
        keep: bad(),
        again: bad(),
        status: bad(),
        heading: bad(),
        opened: bad(),
        picture: Some(Picture { side: 1, path: bad() }),
        host: bad(),
        halves: (bad(), bad()),
        saved: vec![TvSaved { url: bad(), name: bad() }],
        problem: Some(bad()),
    };
    is_clean(page.render().unwrap());
    let page = TvConfirmPage {
        f: frame(),
        token: "\"><script>",
        lang: Some("\"><script>"),
        shown: Some(1),
        value: bad(),
        name: bad(),
        pay_label: bad(),
        later: Some(bad()),
        back: bad(),
    };
    is_clean(page.render().unwrap());
    let page = TvOutcomePage {
        f: frame(),
        look: "good",
        group: "done",
        view: bad(),
        poll: Some(bad()),
        entry: bad(),
        heading: bad(),
        message: bad(),
        code: Some("1017"),
        facts: vec![Line { label: bad(), amount: bad() }],
        retry: Some(bad()),
        back: Some(Back { url: bad(), caption: bad() }),
        redirect: Some(Redirect { url: bad(), delay: "1".into() }),
    };
    is_clean(page.render().unwrap());
    let notice = Some(Notice { name: "used", text: bad() });
    let open = Some((bad(), (bad(), bad())));
    is_clean(TvCodePage { f: frame(), lang: Some("\""), open, notice, heading: bad() }.render().unwrap());
}

#[test]
fn added_tax_is_a_line_of_its_own() {
    let f = frame();
    let s = f.summary.unwrap();
    assert_eq!((s.price.as_str(), s.total.as_str()), ("$1.99", "$2.17"));
    assert_eq!(s.tax.map(|t| (t.label, t.amount)), Some(("Sales tax (8.88%)".into(), "$0.18".into())));
}
