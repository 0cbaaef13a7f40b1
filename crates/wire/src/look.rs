//! What `settings.ui` of a token says of the looks of the page.

use crate::read;
use serde_json::Value;

/// What the page is laid out for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Layout {
    /// Whatever shows it: nothing was said.
    #[default]
    Fitting,
    /// A desktop.
    Desktop,
    /// A telephone, however wide the screen is.
    Mobile,
}

/// Where the end of the page is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Footer {
    /// Everywhere.
    #[default]
    Shown,
    /// Where the screen is no telephone's.
    Wide,
    /// Nowhere.
    Hidden,
}

/// A list of things to choose from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListLook {
    /// Cards side by side in place of rows.
    pub grid: bool,
    /// The price stands on the button, and not beside it.
    pub price_on_button: bool,
    /// Text above the list.
    pub description: Option<String>,
}

/// The looks of the page. What only a desktop has is not looked at for a page
/// that was asked for as a telephone's, and the other way about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    /// What it is laid out for.
    pub layout: Layout,
    /// Whether the top shows the game's mark.
    pub logo: bool,
    /// Whether the top shows the game's name.
    pub name: bool,
    /// Whether the top may show who plays: what of it, the fields say.
    pub player: bool,
    /// Whether the top may show the player's id.
    pub player_id: bool,
    /// Whether the top shows the game's words for the purchase. What is paid,
    /// and for which goods, is shown in any case.
    pub purchase: bool,
    /// Whether the top shows how much virtual currency the player has.
    pub balance: bool,
    /// Whether a button closes the page.
    pub close: bool,
    /// The end of the page.
    pub footer: Footer,
    /// Whether groups of items stand in a column beside them, and not above.
    pub groups_beside: bool,
    /// Items.
    pub items: ListLook,
    /// Packages of virtual currency.
    pub packages: ListLook,
    /// Plans.
    pub plans: ListLook,
    /// Whether plans say in which currency they are charged, to players whose
    /// own is another.
    pub local_price: bool,
}

impl Look {
    /// Reads `settings.ui`; nothing is an empty one.
    pub fn read(ui: Option<&Value>) -> Self {
        let at = |pointer: &str| ui.and_then(|ui| ui.pointer(pointer));
        let layout = match at("/version").and_then(Value::as_str) {
            Some("mobile") => Layout::Mobile,
            Some("desktop") => Layout::Desktop,
            _ => Layout::Fitting,
        };
        let desktop = |pointer: &str| at(&["/desktop", pointer].concat()).filter(|_| layout != Layout::Mobile);
        let mobile = |pointer: &str| at(&["/mobile", pointer].concat()).filter(|_| layout != Layout::Desktop);
        let header = |name: &str| desktop(&["/header/", name].concat()).and_then(read::truth);
        let visible = header("is_visible").unwrap_or(true);
        let compact = desktop("/header/type").and_then(Value::as_str) == Some("compact");
        let of_phone = |pointer: &str| mobile(pointer).and_then(read::truth);
        let list = |name: &str| {
            let part = |key: &str| desktop(&["/", name, "/", key].concat());
            ListLook {
                grid: part("layout").and_then(Value::as_str) == Some("grid"),
                price_on_button: part("button_with_price").and_then(read::truth).unwrap_or(false),
                description: part("description").and_then(Value::as_str).map(str::trim).and_then(|text| {
                    // An empty text is none.
                    (!text.is_empty()).then(|| text.to_string())
                }),
            }
        };
        // Documents write the one name and the other.
        let view = desktop("/virtual_items_list/view").or_else(|| desktop("/virtual_item_list/view"));
        Look {
            layout,
            logo: visible && header("visible_logo").unwrap_or(true),
            name: visible && !compact && header("visible_name").unwrap_or(true),
            player: visible,
            player_id: visible && !compact,
            purchase: visible && header("visible_purchase").unwrap_or(true),
            balance: visible && at("/header/visible_virtual_currency_balance").and_then(read::truth).unwrap_or(true),
            close: header("close_button").unwrap_or(false) || of_phone("/header/close_button").unwrap_or(false),
            footer: match (of_phone("/footer/is_visible").unwrap_or(true), layout) {
                (true, _) => Footer::Shown,
                (false, Layout::Mobile) => Footer::Hidden,
                (false, _) => Footer::Wide,
            },
            groups_beside: view.and_then(Value::as_str) != Some("horizontal_navigation") && layout != Layout::Mobile,
            items: list("virtual_item_list"),
            packages: list("virtual_currency_list"),
            plans: list("subscription_list"),
            local_price: desktop("/subscription_list/display_local_price").and_then(read::truth).unwrap_or(false),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn nothing_said_shows_everything() {
        let look = Look::read(None);
        assert!(look.logo && look.name && look.player && look.player_id && look.purchase && look.balance);
        assert!(!look.close && look.groups_beside && !look.local_price);
        assert_eq!((look.layout, look.footer), (Layout::Fitting, Footer::Shown));
        assert_eq!([&look.items, &look.packages, &look.plans], [&ListLook::default(); 3]);
    }

    #[test]
    fn the_top() {
        let of = |header| Look::read(Some(&json!({"desktop": {"header": header}})));
        let none = of(json!({"is_visible": false}));
        assert!(!none.logo && !none.name && !none.player && !none.player_id && !none.purchase && !none.balance);
        let compact = of(json!({"type": "compact"}));
        assert!(compact.logo && !compact.name && compact.player && !compact.player_id);
        let said = of(json!({"visible_logo": false, "visible_name": false, "visible_purchase": false}));
        assert!(!said.logo && !said.name && !said.purchase && said.player_id);
        let balance = json!({"header": {"visible_virtual_currency_balance": false}});
        assert!(!Look::read(Some(&balance)).balance);
    }

    #[test]
    fn each_kind_of_device_has_its_own() {
        let both = json!({
            "desktop": {"header": {"close_button": true, "is_visible": false}},
            "mobile": {"footer": {"is_visible": false}},
        });
        let of = |version: Option<&str>| {
            let mut ui = both.clone();
            ui["version"] = json!(version);
            let look = Look::read(Some(&ui));
            (look.close, look.name, look.footer)
        };
        assert_eq!(of(None), (true, false, Footer::Wide));
        assert_eq!(of(Some("desktop")), (true, false, Footer::Shown));
        assert_eq!(of(Some("mobile")), (false, true, Footer::Hidden));
        let closing = json!({"version": "mobile", "mobile": {"header": {"close_button": true}}});
        assert!(Look::read(Some(&closing)).close);
    }

    #[test]
    fn lists() {
        let mut ui = json!({"desktop": {
            "virtual_item_list": {"layout": "grid", "button_with_price": true, "view": "horizontal_navigation"},
            "virtual_currency_list": {"description": " Buy more ", "button_with_price": true},
            "subscription_list": {"layout": "grid", "description": "", "display_local_price": true},
        }});
        let look = Look::read(Some(&ui));
        assert_eq!(look.items, ListLook { grid: true, price_on_button: true, description: None });
        let packages = ListLook { grid: false, price_on_button: true, description: Some("Buy more".into()) };
        assert_eq!(look.packages, packages);
        assert_eq!(look.plans, ListLook { grid: true, ..ListLook::default() });
        assert!(!look.groups_beside && look.local_price);
        ui["version"] = json!("mobile");
        assert_eq!(Look::read(Some(&ui)).items, ListLook::default());
    }
}
