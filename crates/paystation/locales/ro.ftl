# Română.

money = { $number } { $symbol }
moment = { $day }.{ $month }.{ $year }, { $time } UTC

checkout = Plată
summary = Achiziția ta
close = Închide
language = Limbă
sandbox = Mod de test
sandbox-hint = Acesta este un test. Nu se încasează niciun ban.
hint-no-webhook = Acest proiect nu are o adresă de webhook, așa că niciun joc nu este întrebat despre jucător și nici anunțat despre plată.
foot-safe = Jocul nu vede niciodată datele tale de plată.

you-buy = Cumperi
purchase = Achiziție în joc
for-player = pentru { $name }
price = Preț
tax-included = Taxă inclusă ({ $rate } %)
tax-added = Taxă pe vânzări ({ $rate } %)
total = Total

how-to-pay = Cum dorești să plătești?
methods = Metode de plată
method-card = Card
method-bank = Transfer bancar
method-gift = Card cadou
method-cash = Numerar
card-number = Numărul cardului
card-expiry = Expiră la
card-expiry-shape = LL/AA
card-cvv = Cod de securitate
zip = Cod poștal
email = E-mail pentru chitanță
optional = (opțional)
pay = Plătește { $amount }
elsewhere = Vei finaliza plata la furnizor.
elsewhere-sandbox = În modul de test nimeni nu te duce la furnizor: plata pur și simplu reușește.
save-card = Salvează acest card pentru data viitoare
later = Cardul tău este salvat și debitat la fiecare reînnoire a abonamentului, până când îl anulezi.
later-trial = Acum nu se încasează nimic. După perioada de probă, de pe cardul salvat se încasează { $amount } la fiecare reînnoire a abonamentului, până când îl anulezi.
begin-free = Începe abonamentul

problems = Verifică următoarele
offline = Serverul nu a răspuns. Încearcă din nou: nu vei fi taxat de două ori.
card-number-missing = Introdu numărul cardului (1016)
card-number-bad = Acest număr de card nu este corect (1015)
card-expiry-missing = Introdu luna și anul
card-expiry-bad = Introdu luna și anul ca pe card
card-expiry-refused = Acest card a expirat sau data nu este cea de pe card
card-cvv-missing = Introdu codul de securitate
card-cvv-bad = Introdu cele 3 sau 4 cifre ale codului de securitate
zip-missing = Introdu codul poștal (1035)
zip-bad = Acest cod poștal nu este corect (1035)
email-bad = Această adresă de e-mail nu este corectă (1004)
method-bad = Această metodă de plată nu este disponibilă. Alege alta (3030)
last-declined = Ultima încercare nu a fost acceptată. Nu s-a încasat nimic.
last-poor = Pe card nu erau destui bani. Nu s-a încasat nimic (1017)

test-cards = Carduri de test
test-cards-hint = Aici funcționează doar aceste carduri. Nu sunt reale.
test-ok = Reușește
test-3ds = Banca cere confirmare, reușește
test-poor = Refuzat: fonduri insuficiente
test-3ds-declined = Banca cere confirmare și refuză
use = Folosește
use-card = Folosește cardul { $number }

bank-name = Banca de test
bank-note = Simulată, parte a modului de test
bank-title = Tu ești?
bank-lead = Banca ta dorește să confirmi această plată.
shop = Magazin
amount = Sumă
card = Card
password = Parolă
password-hint = Deja completată. Orice altă parolă refuză plata.
approve = Confirmă plata
decline = Refuză

progress = Progres
step-payment = Plată
step-delivery = Livrare
step-done = Gata
invoice-title = Plata ta este în curs de procesare
invoice-text = Durează o clipă. Poți lăsa pagina deschisă.
delivering-title = Plată primită
delivering-text = Jocul este anunțat despre achiziția ta.
done-title = Mulțumim!
done-text = Achiziția te așteaptă în joc.
started-title = Abonamentul tău a început
started-text = Nu s-a încasat nimic. Te așteaptă în joc.
first-charge = Prima plată
declined-title = Plată refuzată
declined-refused = Banca ta nu a acceptat plata. Nu s-a încasat nimic.
declined-poor = Pe acest card nu sunt destui bani. Nu s-a încasat nimic.
declined-3ds = Plata nu a fost confirmată. Nu s-a încasat nimic.
declined-expired = Banca nu a răspuns la timp. Nu s-a încasat nimic.
undelivered-title = Plătit, dar încă nelivrat
undelivered-text = Plata a reușit, dar jocul nu a preluat achiziția. Păstrează chitanța și contactează asistența jocului.
refunded-title = Rambursat
refunded-text = Banii pentru această achiziție au fost returnați.
try-again = Încearcă din nou
back-to-game = Înapoi la joc
going-back = Înapoi la joc în { $seconds } s
receipt = Chitanță
transaction = Tranzacție
date = Dată
paid-with = Plătit cu
key-for = Cheie pentru { $what }
item = Articol
player = Jucător
refunded = Returnat
print = Tipărește

error-title = Această pagină nu poate fi deschisă
for-developers = Pentru dezvoltatori
error-token = Acest link de plată nu mai este valabil. Întoarce-te în joc și începe din nou.
hint-token = Tokenul este necunoscut sau mai vechi de 24 de ore. Solicită unul nou la fiecare vizită și transmite-l neschimbat ca access_token.
error-agreement = Acest joc nu poate încasa încă plăți.
hint-agreement = Proiectul nu este activ. Activează-l sau solicită tokenuri cu settings.mode setat la sandbox.
error-nothing = Nu este nimic de cumpărat aici.
hint-nothing = Tokenul nu indică nicio achiziție pe care acest server o poate vinde. Setează purchase.checkout.amount și purchase.checkout.currency.
error-not-sold = Acest produs nu este de vânzare momentan. Întoarce-te în joc și alege din nou.
error-limit = Ai deja atâtea câte se pot cumpăra.
error-sold-out = Stoc epuizat. Nu s-a încasat nimic.
error-quantity = Nu se poate cumpăra în această cantitate.
error-coupon = Acest cupon nu poate fi folosit.
error-changed = Prețul s-a schimbat de când a fost deschisă pagina. Nu s-a încasat nimic; verifică noul preț.
hint-refused = Achiziția din token a fost refuzată: { $why }.
error-serverless = Acest joc nu poate încasa plăți în acest fel.
hint-serverless = Deschiderea paginii cu access_data este dezactivată. Solicită un token de pe serverul tău și transmite-l ca access_token.
error-player = Jocul nu cunoaște acest jucător. Autentifică-te din nou în joc și reia de la început.
hint-player = La webhookul user_validation s-a răspuns cu o eroare. Răspunde cu 2xx pentru jucătorii care pot plăti.
error-game = Jocul nu răspunde momentan. Nu s-a încasat nimic; încearcă din nou în scurt timp.
hint-game = Webhookul user_validation nu a primit răspuns. Verifică adresa de webhook a proiectului și că răspunde în câteva secunde.
error-unavailable = Plata nu poate fi finalizată acum. Încearcă din nou în scurt timp.
hint-unavailable = Furnizorul de plăți sau baza de date nu a răspuns. Jurnalul serverului spune mai multe.

tv-scan = Scanează pentru a plăti cu telefonul
tv-bank = Banca ta cere confirmare: continuă pe telefon
tv-picture = Cod QR care deschide această plată pe un telefon
tv-or-open = sau deschide această adresă pe orice dispozitiv:
tv-once = Funcționează o singură dată, timp de 15 minute.
tv-opened = Deschis pe alt dispozitiv
tv-opened-text = Plătește acolo. Acest ecran se actualizează singur.
tv-over = Acest cod a expirat
tv-over-text = Nu s-a încasat nimic. Cere unul nou pentru a continua.
tv-new = Arată un cod nou
tv-saved = Sau plătește chiar aici
tv-confirm = Plătești cu acesta?
tv-other = Alege altceva
tv-ok = alege
tv-back = înapoi
tv-look = Am plătit
tv-title = Plată pentru televizorul tău
tv-continue-text = Continuă plata afișată pe televizor.
tv-continue = Continuă
tv-type = Codul de pe televizor
tv-unknown = Acest cod nu există. Uită-te la televizor și introdu-l din nou.
tv-used = Acest cod a fost deja folosit. Afișează unul nou pe televizor.
tv-expired = Acest cod a expirat. Afișează unul nou pe televizor.
tv-too-often = Prea multe coduri greșite. Așteaptă un minut, apoi încearcă din nou.

choose-place = Unde joci { $what }?
p2p-buy = Cumpără
p2p-from = de la { $amount }
p2p-pre-order = Precomandă
p2p-not-sold = Nu este de vânzare aici
p2p-thanks = Mulțumim pentru bacșiș!
p2p-tip = Bacșiș pentru dezvoltator
email-missing = Introdu adresa ta de e-mail: cheia va fi trimisă acolo (1003)
error-too-often = Această pagină a fost deschisă prea des de pe conexiunea ta. Așteaptă un minut, apoi încearcă din nou.
hint-too-often = Deschiderea paginii cu access_data creează de fiecare dată un token. Pentru jucătorii care împart o adresă, solicită tokenuri de pe serverul tău.

mail-subject = Achiziția ta de la { $seller }
mail-thanks = Mulțumim pentru achiziția de la { $seller }.
email-key = Adresa de e-mail pentru cheia ta

store = Magazin
store-choose = Ce dorești să cumperi?
store-items = Obiecte
store-other = Altele
store-plans = Abonamente
store-hundred = 100 { $currency }
store-amount = Orice cantitate de { $currency }
store-next = Continuă
store-back = Alege altceva
store-trial = { $days ->
    [one] { $days } zi gratuită
    [few] { $days } zile gratuite
   *[other] { $days } de zile gratuite
}
store-bonus = + { $amount } în plus
praise-recommended = Cel mai popular
praise-best-deal = Cea mai bună ofertă
praise-special = Ofertă specială
charged-once = { $price } o singură dată
every-day = pe zi
every-month = pe lună
every-days = { $n ->
    [one] la fiecare { $n } zi
    [few] la fiecare { $n } zile
   *[other] la fiecare { $n } de zile
}
every-months = { $n ->
    [one] la fiecare { $n } lună
    [few] la fiecare { $n } luni
   *[other] la fiecare { $n } de luni
}
coupon = Ai un cupon?
coupon-code = Cod de cupon
licence = Acord de licență

account = Contul tău
account-info = Despre tine
account-history = Achiziții
account-cards = Carduri salvate
account-email = E-mail
account-balance = Sold
account-forget = Șterge { $name }
account-delete = Șterge
account-no-history = Nu s-a cumpărat nimic încă.
account-no-cards = Nu este nimic salvat.
account-no-plans = Nu există abonamente.
plan-renews = Se reînnoiește la { $when }
plan-runs = Este plătit.
plan-ends = Se încheie la { $when }
plan-canceled = Anulat
plan-frozen = În pauză
plan-over = Încheiat
plan-cancel = Anulează { $name }
plan-cancel-button = Anulează

country = Țară
currency = Monedă
region = Țară și monedă
region-choose = Alege țara ta
region-apply = Aplică
region-own = Moneda țării
error-country = Această țară nu este cunoscută. Alege una din listă.
hint-country = Parametrul country conține cele două litere mari din ISO 3166-1.
error-currency = Această monedă nu este cunoscută. Alege una din listă.
hint-currency = Parametrul currency conține cele trei litere mari din ISO 4217.

user-id = ID-ul jucătorului
user-id-missing = Introduceți ID-ul de jucător (2205)
user-id-bad = Acest ID de jucător nu este corect (2205)
user-name = Numele din joc
user-name-bad = Acest nume nu este corect (1030)
user-phone = Telefon
user-phone-bad = Acest număr de telefon nu este corect (1006)
saved-none = Aici se poate plăti doar cu ce ați salvat, și nu este salvat nimic.
other-methods = Alte metode de plată
charged-in = Se încasează în { $currency }
change = Schimbați
gift-title = Cine îl primește?
gift-search = Căutați printre prieteni
gift-find = Căutați
gift-nobody = Nu a fost găsit nimeni.
gift-choose = Alegeți
gift-name = Numiți un jucător
gift-name-hint = Numele sau adresa de e-mail după care jocul îl cunoaște pe jucător.
gift-unknown = Jocul nu cunoaște acest jucător sau nu i se poate dărui nimic (2205)
gift-to = Cadou pentru
error-receiver = Jocul nu îl cunoaște pe cel care trebuie să primească acest cadou. Alegeți pe altcineva.
error-host = Această pagină de plată este la altă adresă. Întoarceți-vă în joc și începeți din nou.
hint-host = Tokenurile cu settings.mode sandbox se deschid la adresa mediului de test, toate celelalte la cea reală. Setările public_url și sandbox_url ale serverului spun care sunt acestea.
error-too-little = Nu se poate cumpăra o cantitate atât de mică.
ship-title = Unde se trimite?
ship-name = Numele complet
ship-name-missing = Introduceți numele complet (1029)
ship-name-bad = Acest nume nu este corect (1030)
ship-street = Strada și numărul
ship-city = Localitatea
ship-region = Statul sau provincia
ship-missing = Acest câmp este necesar (1035)
ship-bad = Acest câmp nu este corect (1035)
ship-to = Se trimite la
