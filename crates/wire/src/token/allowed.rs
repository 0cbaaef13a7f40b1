//! What the body of a token may contain.

use crate::redirect;
use crate::shape::{Field, MAX_INTEGER, Shape, TextRule, Unknown};

const BOOL: Shape = Shape::Bool;
const ANY_INTEGER: Shape = Shape::Integer { min: -MAX_INTEGER, max: MAX_INTEGER };
const COUNT: Shape = Shape::Integer { min: 1, max: MAX_INTEGER };
const NATURAL: Shape = Shape::Integer { min: 0, max: MAX_INTEGER };
const AMOUNT: Shape = Shape::Number { positive: true, text: false };
const NAME: Shape = text(0, 255);
const PROSE: Shape = text(0, 4000);
const CURRENCY: Shape = rule(3, TextRule::Currency);
const COUNTRY: Shape = rule(2, TextRule::Country);
const EMAIL: Shape = rule(100, TextRule::Email);
const URL: Shape = rule(1000, TextRule::Url);

const fn text(min: usize, max: usize) -> Shape {
    Shape::Text { min, max, rule: None }
}

/// Text under a rule. What the rule says of the length, it says itself.
const fn rule(max: usize, rule: TextRule) -> Shape {
    match rule {
        TextRule::Email | TextRule::Url => Shape::Text { min: 0, max, rule: Some(rule) },
        _ => Shape::Text { min: 0, max: usize::MAX, rule: Some(rule) },
    }
}

/// An object that refuses what it does not know.
const fn object(fields: &'static [Field]) -> Shape {
    Shape::Object { fields, unknown: Unknown::Refuse }
}

/// An object that passes over what it does not know. The settings of the page's
/// looks grew over the years; a page without one of them still takes money.
const fn lenient(fields: &'static [Field]) -> Shape {
    Shape::Object { fields, unknown: Unknown::Ignore }
}

const HIDDEN: Field = Field::optional("hidden", BOOL, "Leaves the field off the page; true if not given.");
const ALLOW_MODIFY: Field =
    Field::optional("allow_modify", BOOL, "Lets the player change the value; false if not given.");

const USER: Shape = object(&[
    Field::required(
        "id",
        object(&[Field::required("value", text(1, 255), "The game's own id of the player."), HIDDEN, ALLOW_MODIFY]),
        "Who pays.",
    ),
    Field::optional(
        "name",
        object(&[Field::optional("value", NAME, "The name."), HIDDEN, ALLOW_MODIFY]),
        "The player's shown name.",
    ),
    Field::optional(
        "email",
        object(&[Field::optional("value", EMAIL, "The address."), HIDDEN, ALLOW_MODIFY]),
        "Where the receipt goes.",
    ),
    Field::optional(
        "phone",
        object(&[Field::optional("value", NAME, "The number, in international form."), HIDDEN, ALLOW_MODIFY]),
        "The player's telephone.",
    ),
    Field::optional(
        "country",
        object(&[Field::optional("value", COUNTRY, "ISO 3166-1 alpha-2, upper case."), HIDDEN, ALLOW_MODIFY]),
        "Decides taxes and payment methods; found from the player's address if not given.",
    ),
    Field::optional("attributes", Shape::Map, "Free attributes by which offers may be chosen."),
    Field::optional(
        "steam_id",
        object(&[Field::optional("value", rule(17, TextRule::DigitsExact(17)), "17 digits.")]),
        "The player's account at Steam.",
    ),
    Field::optional(
        "tracking_id",
        object(&[Field::optional("value", rule(32, TextRule::AlnumExact(32)), "32 letters and digits.")]),
        "Names the player to advertising campaigns.",
    ),
    Field::optional(
        "public_id",
        object(&[Field::optional("value", NAME, "The id the player knows.")]),
        "An id by which the player may pay outside the game.",
    ),
    Field::optional(
        "utm",
        object(&[
            Field::optional("utm_source", NAME, "Source."),
            Field::optional("utm_medium", NAME, "Medium."),
            Field::optional("utm_campaign", NAME, "Campaign."),
            Field::optional("utm_term", NAME, "Keyword."),
            Field::optional("utm_content", NAME, "Content."),
        ]),
        "Where the player came from.",
    ),
    Field::optional("age", NATURAL, "Age in years."),
    Field::optional("is_legal", BOOL, "Whether a company pays."),
    Field::optional(
        "legal",
        object(&[
            Field::optional("name", NAME, "Name of the company."),
            Field::optional("address", PROSE, "Its address."),
            Field::optional("vat_id", NAME, "Its tax number."),
            Field::optional("country", COUNTRY, "Its country."),
        ]),
        "The company that pays.",
    ),
]);

const LAYOUT: Shape = Shape::Enum(&["list", "grid"]);
const CLOSE_BUTTON: Field =
    Field::optional("close_button", BOOL, "Shows a button that closes the page and leads back; false if not given.");

const VIEW: Field = Field::optional(
    "view",
    Shape::Enum(&["vertical", "horizontal_navigation"]),
    "Where the groups are: beside the items or above them; vertical if not given.",
);

const MENU_PAGE: Shape = lenient(&[
    Field::optional("order", ANY_INTEGER, "Its place in the menu."),
    Field::optional("enable", BOOL, "Whether it is in the menu."),
]);

const UI: Shape = lenient(&[
    Field::optional("size", Shape::Enum(&["small", "medium", "large"]), "Size of the page."),
    Field::optional("theme", NAME, "Colours: default, dark, or the name of a theme."),
    Field::optional("version", Shape::Enum(&["desktop", "mobile"]), "Layout; desktop if not given."),
    Field::optional(
        "mode",
        Shape::Enum(&["user_account", "saved_accounts"]),
        "Opens the player's account in place of a purchase, or lets only saved payment methods pay.",
    ),
    Field::optional("license_url", URL, "The licence agreement."),
    Field::optional(
        "desktop",
        lenient(&[
            Field::optional(
                "header",
                lenient(&[
                    Field::optional("is_visible", BOOL, "Shows the header."),
                    Field::optional("visible_logo", BOOL, "Shows the logo."),
                    Field::optional("visible_name", BOOL, "Shows the game's name."),
                    Field::optional("visible_purchase", BOOL, "Shows the purchase; true if not given."),
                    Field::optional("type", Shape::Enum(&["compact", "normal"]), "How much the header says."),
                    CLOSE_BUTTON,
                ]),
                "The top of the page.",
            ),
            Field::optional(
                "subscription_list",
                lenient(&[
                    Field::optional("layout", LAYOUT, "List or grid; list if not given."),
                    Field::optional("description", PROSE, "Text above the list."),
                    Field::optional("display_local_price", BOOL, "Shows the price in the player's currency too."),
                ]),
                "The list of subscriptions.",
            ),
            Field::optional(
                "virtual_item_list",
                lenient(&[
                    Field::optional("layout", LAYOUT, "List or grid; list if not given."),
                    Field::optional("button_with_price", BOOL, "Writes the price on the button; false if not given."),
                    VIEW,
                ]),
                "The list of items.",
            ),
            Field::optional("virtual_items_list", lenient(&[VIEW]), "The groups of items."),
            Field::optional(
                "virtual_currency_list",
                lenient(&[
                    Field::optional("description", PROSE, "Text above the list."),
                    Field::optional("button_with_price", BOOL, "Writes the price on the button; false if not given."),
                ]),
                "The list of virtual currency packages.",
            ),
        ]),
        "Looks on a desktop.",
    ),
    Field::optional(
        "header",
        lenient(&[Field::optional(
            "visible_virtual_currency_balance",
            BOOL,
            "Shows the balance of virtual currency; true if not given.",
        )]),
        "The top of the page on any device.",
    ),
    Field::optional(
        "mobile",
        lenient(&[
            Field::optional("mode", Shape::Enum(&["saved_accounts"]), "Only saved payment methods may pay."),
            Field::optional("header", lenient(&[CLOSE_BUTTON]), "The top of the page."),
            Field::optional(
                "footer",
                lenient(&[Field::optional("is_visible", BOOL, "Shows the footer.")]),
                "The end of the page.",
            ),
        ]),
        "Looks on a telephone.",
    ),
    Field::optional(
        "components",
        lenient(&[
            Field::optional(
                "virtual_items",
                lenient(&[
                    Field::optional("order", ANY_INTEGER, "Its place in the menu."),
                    Field::optional("hidden", BOOL, "Leaves it out of the menu."),
                    Field::optional("selected_group", NAME, "The group that is open at first."),
                    Field::optional("selected_item", NAME, "The SKU of the item that is open at first."),
                ]),
                "The tab of items.",
            ),
            Field::optional(
                "virtual_currency",
                lenient(&[
                    Field::optional("custom_amount", BOOL, "Lets the player choose any quantity."),
                    Field::optional("order", ANY_INTEGER, "Its place in the menu."),
                    Field::optional("hidden", BOOL, "Leaves it out of the menu."),
                ]),
                "The tab of virtual currency.",
            ),
            Field::optional(
                "subscriptions",
                lenient(&[
                    Field::optional("order", ANY_INTEGER, "Its place in the menu."),
                    Field::optional("hidden", BOOL, "Leaves it out of the menu."),
                ]),
                "The tab of subscriptions.",
            ),
        ]),
        "The tabs of the shop.",
    ),
    Field::optional(
        "user_account",
        lenient(&[
            Field::optional("info", MENU_PAGE, "The page about the player."),
            Field::optional("history", MENU_PAGE, "The page of past payments."),
            Field::optional("payment_accounts", MENU_PAGE, "The page of saved payment methods."),
            Field::optional("subscriptions", MENU_PAGE, "The page of subscriptions."),
        ]),
        "The pages of the player's account.",
    ),
]);

const SETTINGS: Shape = object(&[
    Field::required("project_id", COUNT, "The game that sells."),
    Field::optional("external_id", text(1, 255), "The game's own id of the transaction."),
    Field::optional("language", rule(5, TextRule::Language), "Language of the page: en, pt-BR or pt_BR."),
    Field::optional("return_url", URL, "Where the player goes after the payment; what became of it is appended."),
    Field::optional("currency", CURRENCY, "The currency the player prefers to pay in."),
    Field::optional("mode", Shape::Enum(&["sandbox"]), "Makes it a test: no money moves."),
    Field::optional("payment_method", COUNT, "Opens the page at this payment method."),
    Field::optional(
        "payment_widget",
        Shape::Enum(&["paybycash", "giftcard"]),
        "Opens the page at cash payments or gift cards.",
    ),
    Field::optional("shipping_enabled", BOOL, "Asks for a postal address; false if not given."),
    Field::optional(
        "redirect_policy",
        object(&[
            redirect::CONDITIONS,
            redirect::DELAY,
            redirect::MANUAL,
            redirect::CAPTION,
            Field::optional("autoredirect_from_status_page", BOOL, "Accepted from older clients, without effect."),
        ]),
        "When the player is sent back; it replaces the project's policy as a whole.",
    ),
    Field::optional("ui", UI, "Looks of the page."),
]);

const PURCHASE: Shape = object(&[
    Field::optional(
        "checkout",
        object(&[
            Field::required("currency", CURRENCY, "ISO 4217, upper case."),
            Field::required("amount", AMOUNT, "The price, with no more decimals than the currency has."),
        ]),
        "A price in money.",
    ),
    Field::optional(
        "description",
        object(&[Field::optional("value", PROSE, "The text, shown on the page and the receipt.")]),
        "What is bought.",
    ),
    Field::optional(
        "virtual_currency",
        object(&[
            Field::optional("quantity", AMOUNT, "How much of it."),
            Field::optional("currency", CURRENCY, "The currency its price is reckoned in."),
        ]),
        "Virtual currency to buy.",
    ),
    Field::optional(
        "virtual_items",
        object(&[
            Field::optional("currency", CURRENCY, "The currency their price is reckoned in."),
            Field::optional(
                "items",
                Shape::Array(&object(&[
                    Field::optional("sku", text(1, 255), "Which item."),
                    Field::optional("amount", COUNT, "How many."),
                ])),
                "The items.",
            ),
            Field::optional(
                "available_groups",
                Shape::Array(&Shape::OneOf(&[NAME, ANY_INTEGER])),
                "Shows only items of these groups.",
            ),
        ]),
        "Items to buy.",
    ),
    Field::optional(
        "subscription",
        object(&[
            Field::optional("plan_id", NAME, "External id of the plan."),
            Field::optional("product_id", NAME, "The product it belongs to."),
            Field::optional("currency", CURRENCY, "The currency its price is reckoned in."),
            Field::optional("trial_days", NATURAL, "Days without charge, for plans that have no trial."),
            Field::optional(
                "available_plans",
                Shape::OneOf(&[Shape::Array(&NAME), PROSE]),
                "Shows only these plans: a list, or text with commas.",
            ),
            Field::optional("operation", Shape::Enum(&["change_plan"]), "Changes the plan of a running subscription."),
        ]),
        "A subscription to buy.",
    ),
    Field::optional(
        "pin_codes",
        object(&[
            Field::optional("currency", CURRENCY, "The currency their price is reckoned in."),
            Field::optional(
                "codes",
                Shape::Array(&object(&[
                    Field::optional("digital_content", text(1, 255), "SKU of the game."),
                    Field::optional(
                        "drm",
                        Shape::Enum(&["steam", "playstation", "xbox", "uplay", "origin", "drmfree"]),
                        "Where the key is redeemed.",
                    ),
                ])),
                "The keys.",
            ),
            Field::optional(
                "upgrade",
                object(&[
                    Field::optional("id", COUNT, "The upgrade."),
                    Field::optional("id_user_history", COUNT, "The key it upgrades."),
                ]),
                "An upgrade of a key bought before.",
            ),
        ]),
        "Game keys to buy.",
    ),
    Field::optional(
        "gift",
        object(&[
            Field::optional("giver_id", NAME, "Who gives."),
            Field::optional("message", PROSE, "A message to the friend."),
            Field::optional(
                "hide_giver_from_receiver",
                Shape::OneOf(&[BOOL, Shape::Enum(&["true", "false", "True", "False", "1", "0"])]),
                "Keeps the giver secret; true if not given.",
            ),
            Field::optional(
                "friends",
                Shape::Array(&object(&[
                    Field::required("id", text(1, 255), "The game's own id of the friend."),
                    Field::optional("name", NAME, "Shown name."),
                    Field::optional("email", EMAIL, "Address."),
                ])),
                "Who may receive it.",
            ),
        ]),
        "Makes the purchase a gift.",
    ),
    Field::optional(
        "coupon_code",
        object(&[
            Field::optional("value", NAME, "The code."),
            Field::optional("hidden", BOOL, "Leaves the field off the page."),
        ]),
        "A coupon.",
    ),
]);

/// What the body must look like.
pub static TOKEN: Shape = object(&[
    Field::required("user", USER, "The player."),
    Field::required("settings", SETTINGS, "How the page behaves."),
    Field::optional("purchase", PURCHASE, "What is bought."),
    Field::optional("custom_parameters", Shape::Map, "Free data, repeated in the notifications."),
]);
