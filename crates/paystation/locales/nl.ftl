# Nederlands.

money = { $symbol } { $number }
moment = { $day }-{ $month }-{ $year }, { $time } UTC

checkout = Afrekenen
summary = Je aankoop
close = Sluiten
language = Taal
sandbox = Testomgeving
sandbox-hint = Dit is een test. Er wordt geen geld afgeschreven.
hint-no-webhook = Dit project heeft geen webhookadres, dus wordt geen enkel spel naar de speler gevraagd of over de betaling ingelicht.
foot-safe = Het spel ziet je betaalgegevens nooit.

you-buy = Je koopt
purchase = Aankoop in het spel
for-player = voor { $name }
price = Prijs
tax-included = Inclusief belasting ({ $rate }%)
tax-added = Omzetbelasting ({ $rate }%)
total = Totaal

how-to-pay = Hoe wil je betalen?
methods = Betaalmethoden
method-card = Kaart
method-bank = Over{ "\u00AD" }boeking
method-gift = Cadeau{ "\u00AD" }kaart
method-cash = Contant
card-number = Kaartnummer
card-expiry = Vervaldatum
card-expiry-shape = MM/JJ
card-cvv = Beveiligingscode
zip = Postcode
email = E-mailadres voor de bon
optional = (optioneel)
pay = { $amount } betalen
elsewhere = Je rondt de betaling af bij de aanbieder.
elsewhere-sandbox = In de testomgeving word je niet naar de aanbieder gebracht: de betaling lukt gewoon.
save-card = Deze kaart bewaren voor de volgende keer
later = Je kaart wordt bewaard en bij elke verlenging van het abonnement belast, totdat je opzegt.
later-trial = Er wordt nu niets afgeschreven. Na de proefperiode wordt bij elke verlenging van het abonnement { $amount } van je bewaarde kaart afgeschreven, totdat je opzegt.
begin-free = Abonnement starten

problems = Controleer het volgende
offline = De server heeft niet geantwoord. Probeer het opnieuw: er wordt niet dubbel afgeschreven.
card-number-missing = Vul het kaartnummer in (1016)
card-number-bad = Dit kaartnummer klopt niet (1015)
card-expiry-missing = Vul maand en jaar in
card-expiry-bad = Vul maand en jaar in zoals op de kaart
card-expiry-refused = Deze kaart is verlopen, of de datum is niet die op de kaart
card-cvv-missing = Vul de beveiligingscode in
card-cvv-bad = Vul de 3 of 4 cijfers van de beveiligingscode in
zip-missing = Vul de postcode in (1035)
zip-bad = Deze postcode klopt niet (1035)
email-bad = Dit e-mailadres klopt niet (1004)
method-bad = Deze betaalmethode is niet beschikbaar. Kies een andere (3030)
last-declined = Je laatste poging is niet geaccepteerd. Er is niets afgeschreven.
last-poor = Er stond niet genoeg geld op de kaart. Er is niets afgeschreven (1017)

test-cards = Testkaarten
test-cards-hint = Alleen deze kaarten werken hier. Ze zijn niet echt.
test-ok = Lukt
test-3ds = De bank vraagt om bevestiging, lukt
test-poor = Geweigerd: onvoldoende saldo
test-3ds-declined = De bank vraagt om bevestiging, weigert
use = Gebruiken
use-card = Kaart { $number } gebruiken

bank-name = Testbank
bank-note = Nagebootst, onderdeel van de testomgeving
bank-title = Ben jij dit?
bank-lead = Je bank wil dat je deze betaling bevestigt.
shop = Winkel
amount = Bedrag
card = Kaart
password = Wachtwoord
password-hint = Al ingevuld. Elk ander wachtwoord weigert de betaling.
approve = Betaling bevestigen
decline = Weigeren

progress = Voortgang
step-payment = Betaling
step-delivery = Levering
step-done = Klaar
invoice-title = Je betaling wordt verwerkt
invoice-text = Dit duurt even. Je kunt de pagina open laten.
delivering-title = Betaling ontvangen
delivering-text = Het spel wordt over je aankoop ingelicht.
done-title = Bedankt!
done-text = Je aankoop wacht op je in het spel.
started-title = Je abonnement is begonnen
started-text = Er is niets afgeschreven. Het wacht op je in het spel.
first-charge = Eerste afschrijving
declined-title = Betaling geweigerd
declined-refused = Je bank heeft de betaling niet geaccepteerd. Er is niets afgeschreven.
declined-poor = Er staat niet genoeg geld op deze kaart. Er is niets afgeschreven.
declined-3ds = De betaling is niet bevestigd. Er is niets afgeschreven.
declined-expired = De bank heeft niet op tijd geantwoord. Er is niets afgeschreven.
undelivered-title = Betaald, maar nog niet geleverd
undelivered-text = Je betaling is gelukt, maar het spel heeft de aankoop niet overgenomen. Bewaar de bon en neem contact op met de ondersteuning van het spel.
refunded-title = Terugbetaald
refunded-text = Het geld van deze aankoop is teruggegeven.
try-again = Opnieuw proberen
back-to-game = Terug naar het spel
going-back = Terug naar het spel over { $seconds } s
receipt = Bon
transaction = Transactie
date = Datum
paid-with = Betaald met
key-for = Sleutel voor { $what }
item = Artikel
player = Speler
refunded = Teruggegeven
print = Afdrukken

error-title = Deze pagina kan niet worden geopend
for-developers = Voor ontwikkelaars
error-token = Deze betaallink is niet meer geldig. Ga terug naar het spel en begin opnieuw.
hint-token = Het token is onbekend of ouder dan 24 uur. Vraag voor elk bezoek een nieuw token aan en geef het ongewijzigd door als access_token.
error-agreement = Dit spel kan nog geen betalingen ontvangen.
hint-agreement = Het project is niet actief. Activeer het, of vraag tokens aan met settings.mode ingesteld op sandbox.
error-nothing = Hier valt niets te kopen.
hint-nothing = Het token noemt geen aankoop die deze server kan verkopen. Stel purchase.checkout.amount en purchase.checkout.currency in.
error-not-sold = Dit is op het moment niet te koop. Ga terug naar het spel en kies opnieuw.
error-limit = Je hebt hier al zoveel van als je kunt kopen.
error-sold-out = Dit is uitverkocht. Er is niets afgeschreven.
error-quantity = Dit kan niet in deze hoeveelheid worden gekocht.
error-coupon = Deze coupon kan niet worden gebruikt.
error-changed = De prijs is veranderd sinds deze pagina werd geopend. Er is niets afgeschreven; bekijk de nieuwe prijs.
hint-refused = De aankoop van het token is geweigerd: { $why }.
error-serverless = Dit spel kan op deze manier geen betalingen ontvangen.
hint-serverless = Het openen van de pagina met access_data is uitgeschakeld. Vraag op je server een token aan en geef het door als access_token.
error-player = Het spel kent deze speler niet. Meld je opnieuw aan bij het spel en begin opnieuw.
hint-player = De webhook user_validation is met een fout beantwoord. Antwoord 2xx voor spelers die mogen betalen.
error-game = Het spel antwoordt op het moment niet. Er is niets afgeschreven; probeer het straks opnieuw.
hint-game = De webhook user_validation kreeg geen antwoord. Controleer het webhookadres van het project en of het binnen enkele seconden antwoordt.
error-unavailable = De betaling kan nu niet worden afgerond. Probeer het straks opnieuw.
hint-unavailable = De betaalaanbieder of de database heeft niet geantwoord. Meer staat in het logboek van de server.

tv-scan = Scan om met je telefoon te betalen
tv-bank = Je bank vraagt om bevestiging: ga verder op je telefoon
tv-picture = QR-code die deze betaling op een telefoon opent
tv-or-open = of open dit adres op een ander apparaat:
tv-once = Het werkt één keer, gedurende 15 minuten.
tv-opened = Geopend op een ander apparaat
tv-opened-text = Betaal daar. Dit scherm volgt vanzelf.
tv-over = Deze code is verlopen
tv-over-text = Er is niets afgeschreven. Neem een nieuwe om verder te gaan.
tv-new = Nieuwe code tonen
tv-saved = Of betaal meteen hier
tv-confirm = Hiermee betalen?
tv-other = Iets anders kiezen
tv-ok = kiezen
tv-back = terug
tv-look = Ik heb betaald
tv-title = Betalen voor je tv
tv-continue-text = Ga verder met de betaling die je tv toont.
tv-continue = Verder
tv-type = Code op de tv
tv-unknown = Die code bestaat niet. Kijk op de tv en typ hem opnieuw.
tv-used = Deze code is al gebruikt. Laat de tv een nieuwe tonen.
tv-expired = Deze code is verlopen. Laat de tv een nieuwe tonen.
tv-too-often = Te veel verkeerde codes. Wacht een minuut en probeer het opnieuw.

choose-place = Waar speel je { $what }?
p2p-buy = Kopen
p2p-from = vanaf { $amount }
p2p-pre-order = Vooruitbestellen
p2p-not-sold = Hier niet te koop
p2p-thanks = Bedankt voor je fooi!
p2p-tip = Fooi voor de maker
email-missing = Vul je e-mailadres in: daar wordt de sleutel naartoe gestuurd (1003)
error-too-often = Deze pagina is te vaak via jouw verbinding geopend. Wacht een minuut en probeer het opnieuw.
hint-too-often = Elke keer dat de pagina met access_data wordt geopend, ontstaat een token. Vraag voor spelers die een adres delen tokens aan vanaf je server.

mail-subject = Je aankoop bij { $seller }
mail-thanks = Bedankt voor je aankoop bij { $seller }.
email-key = E-mailadres voor je sleutel

store = Winkel
store-choose = Wat wil je kopen?
store-items = Voorwerpen
store-other = Overig
store-plans = Abonnementen
store-hundred = 100 { $currency }
store-amount = Elke hoeveelheid { $currency }
store-next = Verder
store-back = Iets anders kiezen
store-trial = { $days ->
    [one] { $days } dag gratis
   *[other] { $days } dagen gratis
}
store-bonus = + { $amount } extra
praise-recommended = Meest gekozen
praise-best-deal = Beste deal
praise-special = Speciale aanbieding
charged-once = { $price } eenmalig
every-day = per dag
every-month = per maand
every-days = { $n ->
    [one] elke { $n } dag
   *[other] elke { $n } dagen
}
every-months = { $n ->
    [one] elke { $n } maand
   *[other] elke { $n } maanden
}
coupon = Heb je een coupon?
coupon-code = Couponcode
licence = Licentieovereenkomst

account = Je account
account-info = Over jou
account-history = Aankopen
account-cards = Bewaarde kaarten
account-email = E-mail
account-balance = Tegoed
account-forget = { $name } verwijderen
account-delete = Verwijderen
account-no-history = Er is nog niets gekocht.
account-no-cards = Er is niets bewaard.
account-no-plans = Er zijn geen abonnementen.
plan-renews = Wordt verlengd op { $when }
plan-runs = Het is betaald.
plan-ends = Eindigt op { $when }
plan-canceled = Opgezegd
plan-frozen = Gepauzeerd
plan-over = Beëindigd
plan-cancel = { $name } opzeggen
plan-cancel-button = Opzeggen

country = Land
currency = Valuta
region = Land en valuta
region-choose = Kies je land
region-apply = Toepassen
region-own = De valuta van het land
error-country = Dit land is niet bekend. Kies er een uit de lijst.
hint-country = De parameter country bevat de twee hoofdletters van ISO 3166-1.
error-currency = Deze valuta is niet bekend. Kies er een uit de lijst.
hint-currency = De parameter currency bevat de drie hoofdletters van ISO 4217.
