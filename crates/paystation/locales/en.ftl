# English. A line here is a line in every other file of this folder.

money = { $symbol }{ $gap }{ $number }
moment = { $year }-{ $month }-{ $day }, { $time } UTC

checkout = Checkout
summary = Your purchase
close = Close
language = Language
sandbox = Sandbox
sandbox-hint = This is a test. No money moves.
hint-no-webhook = This project has no webhook address, so that no game is asked about the player or told of the payment.
foot-safe = The game never sees your payment details.

you-buy = You are buying
purchase = In-game purchase
for-player = for { $name }
price = Price
tax-included = Tax included ({ $rate }%)
tax-added = Sales tax ({ $rate }%)
total = Total

how-to-pay = How would you like to pay?
methods = Payment methods
method-card = Card
method-bank = Bank transfer
method-gift = Gift card
method-cash = Cash
card-number = Card number
card-expiry = Expires
card-expiry-shape = MM/YY
card-cvv = Security code
zip = Postal code
email = E-mail for the receipt
optional = (optional)
pay = Pay { $amount }
elsewhere = You will finish the payment with the provider.
elsewhere-sandbox = In the sandbox nobody takes you to the provider: the payment just succeeds.
save-card = Save this card for next time
later = Your card is saved, and charged again each time the subscription renews, until you cancel.
later-trial = Nothing is charged now. After the trial your saved card is charged { $amount } each time the subscription renews, until you cancel.
begin-free = Start subscription

problems = Please check the following
offline = The server did not answer. Try again: you will not be charged twice.
card-number-missing = Enter the card number (1016)
card-number-bad = This card number is not right (1015)
card-expiry-missing = Enter the month and year
card-expiry-bad = Enter the month and year as on the card
card-expiry-refused = This card has expired, or the date is not the one on the card
card-cvv-missing = Enter the security code
card-cvv-bad = Enter the 3 or 4 digits of the security code
zip-missing = Enter the postal code (1035)
zip-bad = This postal code is not right (1035)
email-bad = This e-mail address is not right (1004)
method-bad = This payment method is not available. Choose another one (3030)
last-declined = Your last attempt was not accepted. You were not charged.
last-poor = There was not enough money on the card. You were not charged (1017)

test-cards = Test cards
test-cards-hint = Only these cards work here. They are not real.
test-ok = Succeeds
test-3ds = Bank asks to confirm, succeeds
test-poor = Declined: not enough money
test-3ds-declined = Bank asks to confirm, declines
use = Use
use-card = Use the card { $number }

bank-name = Test bank
bank-note = Simulated, part of the sandbox
bank-title = Is this you?
bank-lead = Your bank wants you to confirm this payment.
shop = Shop
amount = Amount
card = Card
password = Password
password-hint = Already filled in. Any other password declines the payment.
approve = Confirm payment
decline = Decline

progress = Progress
step-payment = Payment
step-delivery = Delivery
step-done = Done
invoice-title = Processing your payment
invoice-text = This takes a moment. You can leave the page open.
delivering-title = Payment received
delivering-text = The game is being told about your purchase.
done-title = Thank you!
done-text = Your purchase is waiting for you in the game.
started-title = Your subscription has begun
started-text = Nothing was charged. It is waiting for you in the game.
first-charge = First charge
declined-title = Payment declined
declined-refused = Your bank did not accept the payment. You were not charged.
declined-poor = There is not enough money on this card. You were not charged.
declined-3ds = The payment was not confirmed. You were not charged.
declined-expired = Nothing was heard from the bank in time. You were not charged.
undelivered-title = Paid, but not delivered yet
undelivered-text = Your payment went through, but the game did not take the purchase. Keep the receipt and contact the game’s support.
refunded-title = Refunded
refunded-text = The money of this purchase was given back.
try-again = Try again
back-to-game = Back to the game
going-back = Taking you back in { $seconds } s
receipt = Receipt
transaction = Transaction
date = Date
paid-with = Paid with
key-for = Key for { $what }
item = Item
player = Player
refunded = Given back
print = Print

error-title = This page cannot be opened
for-developers = For developers
error-token = This payment link is not valid any more. Go back to the game and start again.
hint-token = The token is unknown or older than 24 hours. Request a new one for each visit, and pass it unchanged as access_token.
error-agreement = This game cannot take payments yet.
hint-agreement = The project is not active. Activate it, or request tokens with settings.mode set to sandbox.
error-nothing = There is nothing to buy here.
hint-nothing = The token names no purchase that this server can sell. Set purchase.checkout.amount and purchase.checkout.currency.
error-not-sold = This is not for sale at the moment. Go back to the game and choose again.
error-limit = You already have as many of these as you can buy.
error-sold-out = This is sold out. Nothing was charged.
error-quantity = This cannot be bought in this quantity.
error-coupon = This coupon cannot be used.
error-changed = The price changed since this page was opened. Nothing was charged; look at the new price.
hint-refused = The purchase of the token was refused: { $why }.
error-serverless = This game cannot take payments this way.
hint-serverless = Opening the page with access_data is switched off. Request a token from your server and pass it as access_token.
error-player = The game does not know this player. Sign in to the game again and start over.
hint-player = The user_validation webhook was answered with an error. Answer 2xx for players who may pay.
error-game = The game does not answer at the moment. Nothing was charged; try again shortly.
hint-game = The user_validation webhook got no answer. Check the project’s webhook address, and that it answers within seconds.
error-unavailable = The payment cannot be completed now. Try again shortly.
hint-unavailable = The payment provider or the database did not answer. The server’s log says more.

tv-scan = Scan to pay with your phone
tv-bank = Your bank asks you to confirm: continue on your phone
tv-picture = QR code that opens this payment on a phone
tv-or-open = or open this address on any device:
tv-once = It works once, and for 15 minutes.
tv-opened = Opened on another device
tv-opened-text = Pay there. This screen follows.
tv-over = This code has expired
tv-over-text = Nothing was charged. Take a new one to go on.
tv-new = Show a new code
tv-saved = Or pay right here
tv-confirm = Pay with this?
tv-other = Choose something else
tv-ok = choose
tv-back = back
tv-look = I have paid
tv-title = Pay for your TV
tv-continue-text = Continue with the payment that your TV shows.
tv-continue = Continue
tv-type = Code on the TV
tv-unknown = There is no such code. Look at the TV and type it again.
tv-used = This code was already used. Have the TV show a new one.
tv-expired = This code has expired. Have the TV show a new one.
tv-too-often = Too many wrong codes. Wait a minute, then try again.

choose-place = Where do you play { $what }?
p2p-buy = Buy
p2p-from = from { $amount }
p2p-pre-order = Pre-order
p2p-not-sold = Not for sale here
p2p-thanks = Thank you for your tip!
p2p-tip = Tip the developer
email-missing = Enter your e-mail address: the key is sent there (1003)
error-too-often = This page was opened too often from your connection. Wait a minute, then try again.
hint-too-often = Opening the page with access_data makes a token each time. Request tokens from your server for players who share an address.

mail-subject = Your purchase from { $seller }
mail-thanks = Thank you for your purchase from { $seller }.
email-key = E-mail address for your key

store = Shop
store-choose = What would you like?
store-items = Items
store-other = Other
store-plans = Subscriptions
store-hundred = 100 { $currency }
store-amount = Any amount of { $currency }
store-next = Continue
store-back = Choose something else
store-trial = { $days ->
    [one] Free for { $days } day
   *[other] Free for { $days } days
}
store-bonus = + { $amount } on top
praise-recommended = Most popular
praise-best-deal = Best deal
praise-special = Special offer
charged-once = { $price } once
every-day = each day
every-month = each month
every-days = { $n ->
    [one] every { $n } day
   *[other] every { $n } days
}
every-months = { $n ->
    [one] every { $n } month
   *[other] every { $n } months
}
coupon = Have a coupon?
coupon-code = Coupon code
licence = Licence agreement

account = Your account
account-info = About you
account-history = Purchases
account-cards = Saved cards
account-email = E-mail
account-balance = Balance
account-forget = Delete { $name }
account-delete = Delete
account-no-history = Nothing was bought yet.
account-no-cards = Nothing is saved.
account-no-plans = There are no subscriptions.
plan-renews = Renews on { $when }
plan-runs = It is paid.
plan-ends = Ends on { $when }
plan-canceled = Canceled
plan-frozen = Paused
plan-over = Over
plan-cancel = Cancel { $name }
plan-cancel-button = Cancel

country = Country
currency = Currency
region = Country and currency
region-choose = Choose your country
region-apply = Apply
region-own = The currency of the country
error-country = This country is not known. Choose one from the list.
hint-country = The parameter country takes the two upper-case letters of ISO 3166-1.
error-currency = This currency is not known. Choose one from the list.
hint-currency = The parameter currency takes the three upper-case letters of ISO 4217.

user-id = Player ID
user-id-missing = Enter your player ID (2205)
user-id-bad = This player ID is not right (2205)
user-name = Name in the game
user-name-bad = This name is not right (1030)
user-phone = Telephone
user-phone-bad = This telephone number is not right (1006)
saved-none = Only what you saved earlier can pay here, and nothing is saved.
other-methods = Other ways to pay
charged-in = Charged in { $currency }

change = Change
gift-title = Who gets it?
gift-search = Search your friends
gift-find = Search
gift-nobody = Nobody was found.
gift-choose = Choose
gift-name = Name a player
gift-name-hint = The name or e-mail address by which the game knows the player.
gift-unknown = The game does not know this player, or nothing can be given to them (2205)
gift-to = Gift for
error-receiver = The game does not know who is to get this gift. Choose somebody else.
error-host = This payment page is at another address. Go back to the game and start again.
hint-host = Tokens with settings.mode sandbox are opened at the address of the sandbox, all others at the live one. The server’s settings public_url and sandbox_url say which those are.
error-too-little = This cannot be bought in so small an amount.
ship-title = Where should it go?
ship-name = Full name
ship-name-missing = Enter the full name (1029)
ship-name-bad = This name is not right (1030)
ship-street = Street and number
ship-city = Town
ship-region = State or province
ship-missing = This is needed (1035)
ship-bad = This is not right (1035)
ship-to = Sent to
