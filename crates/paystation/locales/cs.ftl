# Čeština.

money = { $number } { $symbol }
moment = { $day }. { $month }. { $year } { $time } UTC

checkout = Platba
summary = Váš nákup
close = Zavřít
language = Jazyk
sandbox = Testovací režim
sandbox-hint = Toto je test. Žádné peníze se nestrhávají.
hint-no-webhook = Tento projekt nemá adresu webhooku, takže se žádné hry nikdo neptá na hráče ani ji neinformuje o platbě.
foot-safe = Hra vaše platební údaje nikdy neuvidí.

you-buy = Kupujete
purchase = Nákup ve hře
for-player = pro: { $name }
price = Cena
tax-included = Daň v ceně ({ $rate } %)
tax-added = Daň z prodeje ({ $rate } %)
total = Celkem

how-to-pay = Jak chcete zaplatit?
methods = Způsoby platby
method-card = Karta
method-bank = Bankovní převod
method-gift = Dárková karta
method-cash = Hotovost
card-number = Číslo karty
card-expiry = Platnost do
card-expiry-shape = MM/RR
card-cvv = Bezpečnostní kód
zip = PSČ
email = E-mail pro účtenku
optional = (nepovinné)
pay = Zaplatit { $amount }
elsewhere = Platbu dokončíte u poskytovatele.
elsewhere-sandbox = V testovacím režimu vás nikdo k poskytovateli nepřesměruje: platba prostě proběhne.
save-card = Uložit tuto kartu pro příště
later = Karta se uloží a bude zatížena při každém obnovení předplatného, dokud je nezrušíte.
later-trial = Nyní se nic nestrhne. Po zkušební době se z uložené karty strhne { $amount } při každém obnovení předplatného, dokud je nezrušíte.
begin-free = Začít předplatné

problems = Zkontrolujte prosím následující
offline = Server neodpověděl. Zkuste to znovu: částka se nestrhne dvakrát.
card-number-missing = Zadejte číslo karty (1016)
card-number-bad = Toto číslo karty není správné (1015)
card-expiry-missing = Zadejte měsíc a rok
card-expiry-bad = Zadejte měsíc a rok tak, jak jsou na kartě
card-expiry-refused = Platnost karty vypršela, nebo datum neodpovídá kartě
card-cvv-missing = Zadejte bezpečnostní kód
card-cvv-bad = Zadejte 3 nebo 4 číslice bezpečnostního kódu
zip-missing = Zadejte PSČ (1035)
zip-bad = Toto PSČ není správné (1035)
email-bad = Tato e-mailová adresa není správná (1004)
method-bad = Tento způsob platby není dostupný. Zvolte jiný (3030)
last-declined = Poslední pokus nebyl přijat. Nic nebylo strženo.
last-poor = Na kartě nebyl dostatek peněz. Nic nebylo strženo (1017)

test-cards = Testovací karty
test-cards-hint = Fungují zde jen tyto karty. Nejsou skutečné.
test-ok = Proběhne
test-3ds = Banka žádá potvrzení, proběhne
test-poor = Zamítnuto: nedostatek peněz
test-3ds-declined = Banka žádá potvrzení a zamítne
use = Použít
use-card = Použít kartu { $number }

bank-name = Testovací banka
bank-note = Simulace, součást testovacího režimu
bank-title = Jste to vy?
bank-lead = Vaše banka chce, abyste tuto platbu potvrdili.
shop = Obchod
amount = Částka
card = Karta
password = Heslo
password-hint = Už je vyplněno. Jakékoli jiné heslo platbu zamítne.
approve = Potvrdit platbu
decline = Zamítnout

progress = Průběh
step-payment = Platba
step-delivery = Doručení
step-done = Hotovo
invoice-title = Vaše platba se zpracovává
invoice-text = Chvilku to potrvá. Stránku můžete nechat otevřenou.
delivering-title = Platba přijata
delivering-text = Hra se právě dozvídá o vašem nákupu.
done-title = Děkujeme!
done-text = Váš nákup na vás čeká ve hře.
started-title = Vaše předplatné začalo
started-text = Nic nebylo strženo. Předplatné na vás čeká ve hře.
first-charge = První platba
declined-title = Platba zamítnuta
declined-refused = Vaše banka platbu nepřijala. Nic nebylo strženo.
declined-poor = Na této kartě není dostatek peněz. Nic nebylo strženo.
declined-3ds = Platba nebyla potvrzena. Nic nebylo strženo.
declined-expired = Banka se včas neozvala. Nic nebylo strženo.
undelivered-title = Zaplaceno, ale zatím nedoručeno
undelivered-text = Platba proběhla, ale hra nákup nepřijala. Uschovejte si účtenku a obraťte se na podporu hry.
refunded-title = Vráceno
refunded-text = Peníze za tento nákup byly vráceny.
try-again = Zkusit znovu
back-to-game = Zpět do hry
going-back = Návrat do hry za { $seconds } s
receipt = Účtenka
transaction = Transakce
date = Datum
paid-with = Způsob platby
key-for = Klíč pro { $what }
item = Položka
player = Hráč
refunded = Vráceno
print = Vytisknout

error-title = Tuto stránku nelze otevřít
for-developers = Pro vývojáře
error-token = Tento platební odkaz už neplatí. Vraťte se do hry a začněte znovu.
hint-token = Token je neznámý nebo starší než 24 hodin. Pro každou návštěvu si vyžádejte nový a předejte ho beze změny jako access_token.
error-agreement = Tato hra zatím nemůže přijímat platby.
hint-agreement = Projekt není aktivní. Aktivujte ho, nebo žádejte o tokeny se settings.mode nastaveným na sandbox.
error-nothing = Není tu nic ke koupi.
hint-nothing = Token neuvádí žádný nákup, který by tento server mohl prodat. Nastavte purchase.checkout.amount a purchase.checkout.currency.
error-not-sold = Toto se momentálně neprodává. Vraťte se do hry a vyberte znovu.
error-limit = Už jich máte tolik, kolik lze koupit.
error-sold-out = Vyprodáno. Nic nebylo strženo.
error-quantity = V tomto množství to nelze koupit.
error-coupon = Tento kupon nelze použít.
error-changed = Cena se od otevření této stránky změnila. Nic nebylo strženo; podívejte se na novou cenu.
hint-refused = Nákup z tokenu byl odmítnut: { $why }.
error-serverless = Tato hra nemůže tímto způsobem přijímat platby.
hint-serverless = Otevření stránky pomocí access_data je vypnuto. Vyžádejte si token ze svého serveru a předejte ho jako access_token.
error-player = Hra tohoto hráče nezná. Přihlaste se do hry znovu a začněte od začátku.
hint-player = Na webhook user_validation přišla chyba. Pro hráče, kteří smějí platit, odpovídejte 2xx.
error-game = Hra momentálně neodpovídá. Nic nebylo strženo; zkuste to za chvíli znovu.
hint-game = Na webhook user_validation nepřišla odpověď. Zkontrolujte adresu webhooku projektu a zda odpovídá během několika sekund.
error-unavailable = Platbu teď nelze dokončit. Zkuste to za chvíli znovu.
hint-unavailable = Poskytovatel plateb nebo databáze neodpověděly. Více je v protokolu serveru.

tv-scan = Naskenujte a zaplaťte telefonem
tv-bank = Banka žádá potvrzení: pokračujte na telefonu
tv-picture = QR kód, který tuto platbu otevře v telefonu
tv-or-open = nebo otevřete tuto adresu na libovolném zařízení:
tv-once = Funguje jednou, po dobu 15 minut.
tv-opened = Otevřeno na jiném zařízení
tv-opened-text = Zaplaťte tam. Tato obrazovka se aktualizuje sama.
tv-over = Platnost kódu vypršela
tv-over-text = Nic nebylo strženo. Pokračujte s novým kódem.
tv-new = Zobrazit nový kód
tv-saved = Nebo zaplaťte přímo zde
tv-confirm = Zaplatit takto?
tv-other = Vybrat něco jiného
tv-ok = vybrat
tv-back = zpět
tv-look = Mám zaplaceno
tv-title = Platba pro váš televizor
tv-continue-text = Pokračujte v platbě, kterou ukazuje váš televizor.
tv-continue = Pokračovat
tv-type = Kód na televizoru
tv-unknown = Takový kód neexistuje. Podívejte se na televizor a zadejte ho znovu.
tv-used = Tento kód už byl použit. Zobrazte na televizoru nový.
tv-expired = Platnost kódu vypršela. Zobrazte na televizoru nový.
tv-too-often = Příliš mnoho chybných kódů. Počkejte minutu a zkuste to znovu.

choose-place = Kde hrajete { $what }?
p2p-buy = Koupit
p2p-from = od { $amount }
p2p-pre-order = Předobjednat
p2p-not-sold = Zde se neprodává
p2p-thanks = Děkujeme za spropitné!
p2p-tip = Spropitné pro vývojáře
email-missing = Zadejte svou e-mailovou adresu: klíč bude zaslán na ni (1003)
error-too-often = Tato stránka byla z vašeho připojení otevřena příliš často. Počkejte minutu a zkuste to znovu.
hint-too-often = Otevření stránky pomocí access_data vytvoří pokaždé token. Pro hráče se společnou adresou žádejte o tokeny ze svého serveru.

mail-subject = Váš nákup u { $seller }
mail-thanks = Děkujeme za nákup u { $seller }.
email-key = E-mailová adresa pro váš klíč

store = Obchod
store-choose = Co si přejete?
store-items = Předměty
store-other = Ostatní
store-plans = Předplatné
store-hundred = 100 { $currency }
store-amount = Libovolné množství: { $currency }
store-next = Pokračovat
store-back = Vybrat něco jiného
store-trial = { $days ->
    [one] { $days } den zdarma
    [few] { $days } dny zdarma
    [many] { $days } dne zdarma
   *[other] { $days } dní zdarma
}
store-bonus = + { $amount } navíc
praise-recommended = Nejoblíbenější
praise-best-deal = Nejvýhodnější
praise-special = Speciální nabídka
charged-once = { $price } jednorázově
every-day = denně
every-month = měsíčně
every-days = { $n ->
    [one] každý { $n }. den
    [few] každé { $n } dny
    [many] každého { $n } dne
   *[other] každých { $n } dní
}
every-months = { $n ->
    [one] každý { $n }. měsíc
    [few] každé { $n } měsíce
    [many] každého { $n } měsíce
   *[other] každých { $n } měsíců
}
coupon = Máte kupon?
coupon-code = Kód kuponu
licence = Licenční smlouva

account = Váš účet
account-info = O vás
account-history = Nákupy
account-cards = Uložené karty
account-email = E-mail
account-balance = Zůstatek
account-forget = Smazat { $name }
account-delete = Smazat
account-no-history = Zatím nebylo nic zakoupeno.
account-no-cards = Nic není uloženo.
account-no-plans = Žádná předplatná.
plan-renews = Obnoví se { $when }
plan-runs = Je zaplaceno.
plan-ends = Končí { $when }
plan-canceled = Zrušeno
plan-frozen = Pozastaveno
plan-over = Ukončeno
plan-cancel = Zrušit { $name }
plan-cancel-button = Zrušit

country = Země
currency = Měna
region = Země a měna
region-choose = Vyberte svou zemi
region-apply = Použít
region-own = Měna země
error-country = Tato země není známa. Vyberte některou ze seznamu.
hint-country = Parametr country obsahuje dvě velká písmena podle ISO 3166-1.
error-currency = Tato měna není známa. Vyberte některou ze seznamu.
hint-currency = Parametr currency obsahuje tři velká písmena podle ISO 4217.

user-id = ID hráče
user-id-missing = Zadejte své ID hráče (2205)
user-id-bad = Toto ID hráče není správné (2205)
user-name = Jméno ve hře
user-name-bad = Toto jméno není správné (1030)
user-phone = Telefon
user-phone-bad = Toto telefonní číslo není správné (1006)
saved-none = Zde lze platit jen tím, co je uloženo, a uloženo není nic.
other-methods = Další způsoby platby
charged-in = Účtuje se v { $currency }
change = Změnit
gift-title = Pro koho to je?
gift-search = Hledat mezi přáteli
gift-find = Hledat
gift-nobody = Nikdo nebyl nalezen.
gift-choose = Vybrat
gift-name = Uvést hráče
gift-name-hint = Jméno nebo e-mailová adresa, pod kterou hra hráče zná.
gift-unknown = Hra tohoto hráče nezná, nebo mu nelze nic darovat (2205)
gift-to = Dárek pro
error-receiver = Hra nezná toho, kdo má dárek dostat. Vyberte někoho jiného.
error-host = Tato platební stránka je na jiné adrese. Vraťte se do hry a začněte znovu.
hint-host = Tokeny se settings.mode sandbox se otevírají na adrese sandboxu, všechny ostatní na ostré adrese. Které to jsou, říkají nastavení serveru public_url a sandbox_url.
error-too-little = V tak malém množství to koupit nelze.
ship-title = Kam to poslat?
ship-name = Celé jméno
ship-name-missing = Zadejte celé jméno (1029)
ship-name-bad = Toto jméno není správné (1030)
ship-street = Ulice a číslo
ship-city = Město
ship-region = Stát nebo provincie
ship-missing = Tento údaj je potřeba (1035)
ship-bad = Tento údaj není správný (1035)
ship-to = Odešle se na
