# Deutsch.

money = { $number } { $symbol }
moment = { $day }.{ $month }.{ $year }, { $time } UTC

checkout = Kasse
summary = Dein Kauf
close = Schließen
language = Sprache
sandbox = Sandbox
sandbox-hint = Dies ist ein Test. Es fließt kein Geld.
hint-no-webhook = Dieses Projekt hat keine Webhook-Adresse: Kein Spiel wird nach dem Spieler gefragt oder von der Zahlung unterrichtet.
foot-safe = Das Spiel sieht deine Zahlungsdaten nie.

you-buy = Du kaufst
purchase = Kauf im Spiel
for-player = für { $name }
price = Preis
tax-included = Enthaltene Steuer ({ $rate } %)
tax-added = Umsatzsteuer ({ $rate } %)
total = Gesamt

how-to-pay = Wie möchtest du bezahlen?
methods = Zahlungsarten
method-card = Karte
method-bank = Über{ "\u00AD" }weisung
method-gift = Geschenk{ "\u00AD" }karte
method-cash = Bargeld
card-number = Kartennummer
card-expiry = Gültig bis
card-expiry-shape = MM/JJ
card-cvv = Prüfziffer
zip = Postleitzahl
email = E-Mail für den Beleg
optional = (freiwillig)
pay = { $amount } bezahlen
elsewhere = Du schließt die Zahlung beim Anbieter ab.
elsewhere-sandbox = In der Sandbox führt dich niemand zum Anbieter: Die Zahlung gelingt einfach.
save-card = Diese Karte für das nächste Mal speichern
later = Die Karte wird gespeichert und bei jeder Verlängerung des Abonnements erneut belastet, bis du kündigst.
later-trial = Jetzt wird nichts abgebucht. Nach der Probezeit wird die gespeicherte Karte bei jeder Verlängerung mit { $amount } belastet, bis du kündigst.
begin-free = Abonnement beginnen

problems = Bitte sieh dir Folgendes noch einmal an
offline = Der Server hat nicht geantwortet. Versuche es noch einmal: Es wird nicht doppelt abgebucht.
card-number-missing = Gib die Kartennummer ein (1016)
card-number-bad = Diese Kartennummer stimmt nicht (1015)
card-expiry-missing = Gib Monat und Jahr ein
card-expiry-bad = Gib Monat und Jahr so ein, wie sie auf der Karte stehen
card-expiry-refused = Diese Karte ist abgelaufen, oder das Datum steht nicht so auf ihr
card-cvv-missing = Gib die Prüfziffer ein
card-cvv-bad = Gib die 3 oder 4 Ziffern der Prüfziffer ein
zip-missing = Gib die Postleitzahl ein (1035)
zip-bad = Diese Postleitzahl stimmt nicht (1035)
email-bad = Diese E-Mail-Adresse stimmt nicht (1004)
method-bad = Diese Zahlungsart gibt es hier nicht. Wähle eine andere (3030)
last-declined = Dein letzter Versuch wurde nicht angenommen. Es wurde nichts abgebucht.
last-poor = Auf der Karte war nicht genug Geld. Es wurde nichts abgebucht (1017)

test-cards = Testkarten
test-cards-hint = Nur diese Karten gehen hier. Sie sind nicht echt.
test-ok = Gelingt
test-3ds = Die Bank fragt nach, gelingt
test-poor = Abgelehnt: nicht genug Geld
test-3ds-declined = Die Bank fragt nach und lehnt ab
use = Nehmen
use-card = Die Karte { $number } nehmen

bank-name = Testbank
bank-note = Simuliert, Teil der Sandbox
bank-title = Bist du das?
bank-lead = Deine Bank möchte, dass du diese Zahlung bestätigst.
shop = Händler
amount = Betrag
card = Karte
password = Passwort
password-hint = Schon ausgefüllt. Jedes andere Passwort lehnt die Zahlung ab.
approve = Zahlung bestätigen
decline = Ablehnen

progress = Fortschritt
step-payment = Zahlung
step-delivery = Lieferung
step-done = Fertig
invoice-title = Deine Zahlung wird bearbeitet
invoice-text = Das dauert einen Moment. Du kannst die Seite offen lassen.
delivering-title = Zahlung eingegangen
delivering-text = Das Spiel erfährt gerade von deinem Kauf.
done-title = Vielen Dank!
done-text = Dein Kauf wartet im Spiel auf dich.
started-title = Dein Abonnement hat begonnen
started-text = Es wurde nichts abgebucht. Es wartet im Spiel auf dich.
first-charge = Erste Abbuchung
declined-title = Zahlung abgelehnt
declined-refused = Deine Bank hat die Zahlung nicht angenommen. Es wurde nichts abgebucht.
declined-poor = Auf dieser Karte ist nicht genug Geld. Es wurde nichts abgebucht.
declined-3ds = Die Zahlung wurde nicht bestätigt. Es wurde nichts abgebucht.
declined-expired = Die Bank hat sich nicht rechtzeitig gemeldet. Es wurde nichts abgebucht.
undelivered-title = Bezahlt, aber noch nicht geliefert
undelivered-text = Deine Zahlung ist angekommen, aber das Spiel hat den Kauf nicht angenommen. Hebe den Beleg auf und wende dich an den Support des Spiels.
refunded-title = Erstattet
refunded-text = Das Geld für diesen Kauf wurde zurückgegeben.
try-again = Noch einmal versuchen
back-to-game = Zurück zum Spiel
going-back = Zurück zum Spiel in { $seconds } s
receipt = Beleg
transaction = Transaktion
date = Datum
paid-with = Bezahlt mit
key-for = Schlüssel für { $what }
item = Artikel
player = Spieler
refunded = Erstattet
print = Drucken

error-title = Diese Seite lässt sich nicht öffnen
for-developers = Für Entwickler
error-token = Dieser Zahlungslink gilt nicht mehr. Geh zurück ins Spiel und beginne von vorn.
hint-token = Das Token ist unbekannt oder älter als 24 Stunden. Fordere für jeden Besuch ein neues an und übergib es unverändert als access_token.
error-agreement = Dieses Spiel kann noch keine Zahlungen annehmen.
hint-agreement = Das Projekt ist nicht freigeschaltet. Schalte es frei, oder fordere Token mit settings.mode gleich sandbox an.
error-nothing = Hier gibt es nichts zu kaufen.
hint-nothing = Das Token nennt keinen Kauf, den dieser Server abwickeln kann. Setze purchase.checkout.amount und purchase.checkout.currency.
error-not-sold = Das wird gerade nicht verkauft. Geh zurück ins Spiel und wähle neu.
error-limit = Du hast davon schon so viele, wie man kaufen kann.
error-sold-out = Das ist ausverkauft. Es wurde nichts abgebucht.
error-quantity = In dieser Menge lässt sich das nicht kaufen.
error-coupon = Dieser Gutschein lässt sich nicht einlösen.
error-changed = Der Preis hat sich geändert, seit diese Seite geöffnet wurde. Es wurde nichts abgebucht; sieh dir den neuen Preis an.
hint-refused = Der Kauf des Tokens wurde abgelehnt: { $why }.
error-serverless = Auf diesem Weg kann dieses Spiel keine Zahlungen annehmen.
hint-serverless = Das Öffnen der Seite mit access_data ist abgeschaltet. Fordere auf deinem Server ein Token an und übergib es als access_token.
error-player = Das Spiel kennt diesen Spieler nicht. Melde dich im Spiel neu an und beginne von vorn.
hint-player = Der Webhook user_validation wurde mit einem Fehler beantwortet. Antworte mit 2xx bei Spielern, die bezahlen dürfen.
error-game = Das Spiel antwortet gerade nicht. Es wurde nichts abgebucht; versuche es gleich noch einmal.
hint-game = Der Webhook user_validation blieb ohne Antwort. Prüfe die Webhook-Adresse des Projekts und ob sie innerhalb von Sekunden antwortet.
error-unavailable = Die Zahlung kann gerade nicht abgeschlossen werden. Versuche es gleich noch einmal.
hint-unavailable = Der Zahlungsanbieter oder die Datenbank hat nicht geantwortet. Mehr steht im Protokoll des Servers.

tv-scan = Scannen und mit dem Handy bezahlen
tv-bank = Deine Bank bittet um Bestätigung: weiter auf dem Handy
tv-picture = QR-Code, der diese Zahlung auf einem Handy öffnet
tv-or-open = oder diese Adresse auf einem anderen Gerät öffnen:
tv-once = Sie gilt einmal und 15 Minuten lang.
tv-opened = Auf einem anderen Gerät geöffnet
tv-opened-text = Bezahle dort. Dieser Bildschirm folgt.
tv-over = Dieser Code ist abgelaufen
tv-over-text = Es wurde nichts abgebucht. Mit einem neuen geht es weiter.
tv-new = Neuen Code zeigen
tv-saved = Oder gleich hier bezahlen
tv-confirm = Hiermit bezahlen?
tv-other = Etwas anderes wählen
tv-ok = wählen
tv-back = zurück
tv-look = Ich habe bezahlt
tv-title = Für den Fernseher bezahlen
tv-continue-text = Weiter mit der Zahlung, die dein Fernseher zeigt.
tv-continue = Weiter
tv-type = Code auf dem Fernseher
tv-unknown = Diesen Code gibt es nicht. Sieh auf dem Fernseher nach und gib ihn noch einmal ein.
tv-used = Dieser Code wurde schon benutzt. Lass den Fernseher einen neuen zeigen.
tv-expired = Dieser Code ist abgelaufen. Lass den Fernseher einen neuen zeigen.
tv-too-often = Zu viele falsche Codes. Warte eine Minute und versuche es dann noch einmal.

choose-place = Wo spielst du { $what }?
p2p-buy = Kaufen
p2p-from = ab { $amount }
p2p-pre-order = Vorbestellen
p2p-not-sold = Hier nicht erhältlich
p2p-thanks = Danke für dein Trinkgeld!
p2p-tip = Trinkgeld für das Studio
email-missing = Gib deine E-Mail-Adresse an: Der Schlüssel wird dorthin geschickt (1003)
error-too-often = Diese Seite wurde über deine Verbindung zu oft geöffnet. Warte eine Minute und versuche es dann noch einmal.
hint-too-often = Mit access_data entsteht bei jedem Öffnen ein Token. Fordere für Spieler, die sich eine Adresse teilen, Token von deinem Server an.

mail-subject = Dein Kauf bei { $seller }
mail-thanks = Danke für deinen Kauf bei { $seller }.
email-key = E-Mail-Adresse für deinen Schlüssel

store = Shop
store-choose = Was darf es sein?
store-items = Gegenstände
store-other = Sonstiges
store-plans = Abos
store-hundred = 100 { $currency }
store-amount = Beliebige Menge: { $currency }
store-next = Weiter
store-back = Etwas anderes wählen
store-trial = { $days ->
    [one] { $days } Tag kostenlos
   *[other] { $days } Tage kostenlos
}
store-bonus = + { $amount } obendrauf
praise-recommended = Am beliebtesten
praise-best-deal = Bestes Angebot
praise-special = Sonderangebot
charged-once = { $price } einmalig
every-day = jeden Tag
every-month = jeden Monat
every-days = { $n ->
    [one] jeden { $n }. Tag
   *[other] alle { $n } Tage
}
every-months = { $n ->
    [one] jeden { $n }. Monat
   *[other] alle { $n } Monate
}
coupon = Hast du einen Gutschein?
coupon-code = Gutscheincode
licence = Lizenzvereinbarung

account = Dein Konto
account-info = Über dich
account-history = Käufe
account-cards = Gespeicherte Karten
account-email = E-Mail
account-balance = Guthaben
account-forget = { $name } löschen
account-delete = Löschen
account-no-history = Es wurde noch nichts gekauft.
account-no-cards = Es ist nichts gespeichert.
account-no-plans = Es gibt keine Abos.
plan-renews = Verlängert sich am { $when }
plan-runs = Es ist bezahlt.
plan-ends = Endet am { $when }
plan-canceled = Gekündigt
plan-frozen = Pausiert
plan-over = Beendet
plan-cancel = { $name } kündigen
plan-cancel-button = Kündigen

country = Land
currency = Währung
region = Land und Währung
region-choose = Wähle dein Land
region-apply = Übernehmen
region-own = Die Währung des Landes
error-country = Dieses Land ist nicht bekannt. Wähle eines aus der Liste.
hint-country = Der Parameter country enthält die zwei Großbuchstaben nach ISO 3166-1.
error-currency = Diese Währung ist nicht bekannt. Wähle eine aus der Liste.
hint-currency = Der Parameter currency enthält die drei Großbuchstaben nach ISO 4217.

user-id = Spieler-ID
user-id-missing = Gib deine Spieler-ID ein (2205)
user-id-bad = Diese Spieler-ID stimmt nicht (2205)
user-name = Name im Spiel
user-name-bad = Dieser Name stimmt nicht (1030)
user-phone = Telefon
user-phone-bad = Diese Telefonnummer stimmt nicht (1006)
saved-none = Hier kannst du nur mit Gespeichertem bezahlen, und gespeichert ist nichts.
other-methods = Andere Zahlungsarten
charged-in = Wird in { $currency } abgebucht

change = Ändern
gift-title = Wer bekommt es?
gift-search = Freunde durchsuchen
gift-find = Suchen
gift-nobody = Niemand gefunden.
gift-choose = Auswählen
gift-name = Jemanden nennen
gift-name-hint = Der Name oder die E-Mail-Adresse, unter der das Spiel die Person kennt.
gift-unknown = Das Spiel kennt diese Person nicht, oder ihr kann nichts geschenkt werden (2205)
gift-to = Geschenk für
error-receiver = Das Spiel kennt nicht, wer das Geschenk bekommen soll. Wähle jemand anderen.
error-host = Diese Zahlungsseite hat eine andere Adresse. Geh zurück zum Spiel und fang neu an.
hint-host = Tokens mit settings.mode sandbox werden unter der Adresse der Sandbox geöffnet, alle anderen unter der echten. Welche das sind, sagen die Einstellungen public_url und sandbox_url des Servers.
error-too-little = So wenig davon kann man nicht kaufen.
ship-title = Wohin soll es gehen?
ship-name = Vor- und Nachname
ship-name-missing = Gib den vollen Namen ein (1029)
ship-name-bad = Dieser Name stimmt nicht (1030)
ship-street = Straße und Hausnummer
ship-city = Ort
ship-region = Bundesland oder Provinz
ship-missing = Das wird gebraucht (1035)
ship-bad = Das stimmt nicht (1035)
ship-to = Wird gesendet an
