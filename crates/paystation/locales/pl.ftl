# Polski.

money = { $number } { $symbol }
moment = { $day }.{ $month }.{ $year }, { $time } UTC

checkout = Płatność
summary = Twój zakup
close = Zamknij
language = Język
sandbox = Tryb testowy
sandbox-hint = To jest test. Żadne pieniądze nie są pobierane.
hint-no-webhook = Ten projekt nie ma adresu webhooka, więc żadna gra nie jest pytana o gracza ani informowana o płatności.
foot-safe = Gra nigdy nie widzi Twoich danych płatniczych.

you-buy = Kupujesz
purchase = Zakup w grze
for-player = dla: { $name }
price = Cena
tax-included = W tym podatek ({ $rate }%)
tax-added = Podatek od sprzedaży ({ $rate }%)
total = Razem

how-to-pay = Jak chcesz zapłacić?
methods = Metody płatności
method-card = Karta
method-bank = Przelew
method-gift = Karta podarun{ "\u00AD" }kowa
method-cash = Gotówka
card-number = Numer karty
card-expiry = Ważna do
card-expiry-shape = MM/RR
card-cvv = Kod zabezpieczający
zip = Kod pocztowy
email = E-mail do wysłania potwierdzenia
optional = (opcjonalnie)
pay = Zapłać { $amount }
elsewhere = Dokończysz płatność u dostawcy.
elsewhere-sandbox = W trybie testowym nie ma przejścia do dostawcy: płatność po prostu się udaje.
save-card = Zapisz tę kartę na przyszłość
later = Karta zostanie zapisana i będzie obciążana przy każdym odnowieniu subskrypcji, dopóki jej nie anulujesz.
later-trial = Teraz nic nie zostanie pobrane. Po okresie próbnym zapisana karta będzie obciążana kwotą { $amount } przy każdym odnowieniu subskrypcji, dopóki jej nie anulujesz.
begin-free = Rozpocznij subskrypcję

problems = Sprawdź następujące pola
offline = Serwer nie odpowiedział. Spróbuj ponownie: pieniądze nie zostaną pobrane dwa razy.
card-number-missing = Podaj numer karty (1016)
card-number-bad = Ten numer karty jest nieprawidłowy (1015)
card-expiry-missing = Podaj miesiąc i rok
card-expiry-bad = Podaj miesiąc i rok tak jak na karcie
card-expiry-refused = Ta karta straciła ważność albo data nie zgadza się z kartą
card-cvv-missing = Podaj kod zabezpieczający
card-cvv-bad = Podaj 3 lub 4 cyfry kodu zabezpieczającego
zip-missing = Podaj kod pocztowy (1035)
zip-bad = Ten kod pocztowy jest nieprawidłowy (1035)
email-bad = Ten adres e-mail jest nieprawidłowy (1004)
method-bad = Ta metoda płatności jest niedostępna. Wybierz inną (3030)
last-declined = Ostatnia próba nie została przyjęta. Nic nie zostało pobrane.
last-poor = Na karcie zabrakło środków. Nic nie zostało pobrane (1017)

test-cards = Karty testowe
test-cards-hint = Tutaj działają tylko te karty. Nie są prawdziwe.
test-ok = Udana
test-3ds = Bank prosi o potwierdzenie, udana
test-poor = Odrzucona: za mało środków
test-3ds-declined = Bank prosi o potwierdzenie i odrzuca
use = Użyj
use-card = Użyj karty { $number }

bank-name = Bank testowy
bank-note = Symulacja, część trybu testowego
bank-title = Czy to Ty?
bank-lead = Twój bank prosi o potwierdzenie tej płatności.
shop = Sklep
amount = Kwota
card = Karta
password = Hasło
password-hint = Już wpisane. Każde inne hasło odrzuca płatność.
approve = Potwierdź płatność
decline = Odrzuć

progress = Postęp
step-payment = Płatność
step-delivery = Dostawa
step-done = Gotowe
invoice-title = Przetwarzamy płatność
invoice-text = To potrwa chwilę. Możesz zostawić tę stronę otwartą.
delivering-title = Płatność otrzymana
delivering-text = Informujemy grę o Twoim zakupie.
done-title = Dziękujemy!
done-text = Twój zakup czeka na Ciebie w grze.
started-title = Subskrypcja się rozpoczęła
started-text = Nic nie zostało pobrane. Subskrypcja czeka na Ciebie w grze.
first-charge = Pierwsza opłata
declined-title = Płatność odrzucona
declined-refused = Twój bank nie przyjął płatności. Nic nie zostało pobrane.
declined-poor = Na tej karcie jest za mało środków. Nic nie zostało pobrane.
declined-3ds = Płatność nie została potwierdzona. Nic nie zostało pobrane.
declined-expired = Bank nie odpowiedział na czas. Nic nie zostało pobrane.
undelivered-title = Opłacono, ale jeszcze nie dostarczono
undelivered-text = Płatność się powiodła, ale gra nie przyjęła zakupu. Zachowaj potwierdzenie i skontaktuj się z pomocą techniczną gry.
refunded-title = Zwrócono
refunded-text = Pieniądze za ten zakup zostały zwrócone.
try-again = Spróbuj ponownie
back-to-game = Wróć do gry
going-back = Powrót do gry za { $seconds } s
receipt = Potwierdzenie
transaction = Transakcja
date = Data
paid-with = Metoda płatności
key-for = Klucz do { $what }
item = Produkt
player = Gracz
refunded = Zwrócono
print = Drukuj

error-title = Nie można otworzyć tej strony
for-developers = Dla programistów
error-token = Ten link do płatności stracił ważność. Wróć do gry i zacznij od nowa.
hint-token = Token jest nieznany albo ma więcej niż 24 godziny. Pobieraj nowy przy każdej wizycie i przekazuj go bez zmian jako access_token.
error-agreement = Ta gra nie może jeszcze przyjmować płatności.
hint-agreement = Projekt nie jest aktywny. Aktywuj go albo pobieraj tokeny z settings.mode ustawionym na sandbox.
error-nothing = Nie ma tu nic do kupienia.
hint-nothing = Token nie wskazuje zakupu, który ten serwer może sprzedać. Ustaw purchase.checkout.amount i purchase.checkout.currency.
error-not-sold = Tego nie można teraz kupić. Wróć do gry i wybierz ponownie.
error-limit = Masz już tyle, ile można kupić.
error-sold-out = Wyprzedane. Nic nie zostało pobrane.
error-quantity = Nie można kupić takiej ilości.
error-coupon = Tego kuponu nie można użyć.
error-changed = Cena zmieniła się od otwarcia tej strony. Nic nie zostało pobrane; sprawdź nową cenę.
hint-refused = Zakup z tokenu został odrzucony: { $why }.
error-serverless = Ta gra nie może przyjmować płatności w ten sposób.
hint-serverless = Otwieranie strony z access_data jest wyłączone. Pobierz token ze swojego serwera i przekaż go jako access_token.
error-player = Gra nie zna tego gracza. Zaloguj się do gry ponownie i zacznij od nowa.
hint-player = Na webhook user_validation przyszła odpowiedź z błędem. Odpowiadaj 2xx dla graczy, którzy mogą płacić.
error-game = Gra w tej chwili nie odpowiada. Nic nie zostało pobrane; spróbuj ponownie za chwilę.
hint-game = Na webhook user_validation nie było odpowiedzi. Sprawdź adres webhooka projektu i czy odpowiada w ciągu kilku sekund.
error-unavailable = Nie można teraz dokończyć płatności. Spróbuj ponownie za chwilę.
hint-unavailable = Dostawca płatności lub baza danych nie odpowiada. Więcej w dzienniku serwera.

tv-scan = Zeskanuj, aby zapłacić telefonem
tv-bank = Bank prosi o potwierdzenie: kontynuuj na telefonie
tv-picture = Kod QR otwierający tę płatność na telefonie
tv-or-open = lub otwórz ten adres na dowolnym urządzeniu:
tv-once = Działa jeden raz, przez 15 minut.
tv-opened = Otwarto na innym urządzeniu
tv-opened-text = Zapłać tam. Ten ekran sam się zaktualizuje.
tv-over = Ten kod wygasł
tv-over-text = Nic nie zostało pobrane. Pobierz nowy, aby kontynuować.
tv-new = Pokaż nowy kod
tv-saved = Albo zapłać od razu tutaj
tv-confirm = Zapłacić w ten sposób?
tv-other = Wybierz coś innego
tv-ok = wybierz
tv-back = wstecz
tv-look = Płatność wykonana
tv-title = Płatność za telewizor
tv-continue-text = Kontynuuj płatność, którą pokazuje telewizor.
tv-continue = Kontynuuj
tv-type = Kod z telewizora
tv-unknown = Nie ma takiego kodu. Spójrz na telewizor i wpisz go ponownie.
tv-used = Ten kod został już użyty. Wyświetl nowy na telewizorze.
tv-expired = Ten kod wygasł. Wyświetl nowy na telewizorze.
tv-too-often = Za dużo błędnych kodów. Odczekaj minutę i spróbuj ponownie.

choose-place = Gdzie grasz w { $what }?
p2p-buy = Kup
p2p-from = od { $amount }
p2p-pre-order = Zamów przedpremierowo
p2p-not-sold = Tutaj niedostępne
p2p-thanks = Dziękujemy za napiwek!
p2p-tip = Napiwek dla twórcy
email-missing = Podaj adres e-mail: tam zostanie wysłany klucz (1003)
error-too-often = Ta strona była otwierana zbyt często z Twojego połączenia. Odczekaj minutę i spróbuj ponownie.
hint-too-often = Otwarcie strony z access_data tworzy za każdym razem token. Dla graczy o wspólnym adresie pobieraj tokeny ze swojego serwera.

mail-subject = Twój zakup w { $seller }
mail-thanks = Dziękujemy za zakup w { $seller }.
email-key = Adres e-mail do wysłania klucza

store = Sklep
store-choose = Co chcesz kupić?
store-items = Przedmioty
store-other = Inne
store-plans = Subskrypcje
store-hundred = 100 { $currency }
store-amount = Dowolna ilość: { $currency }
store-next = Dalej
store-back = Wybierz coś innego
store-trial = { $days ->
    [one] { $days } dzień za darmo
    [few] { $days } dni za darmo
    [many] { $days } dni za darmo
   *[other] { $days } dnia za darmo
}
store-bonus = + { $amount } gratis
praise-recommended = Najpopularniejsze
praise-best-deal = Najlepsza oferta
praise-special = Oferta specjalna
charged-once = { $price } jednorazowo
every-day = co dzień
every-month = co miesiąc
every-days = { $n ->
    [one] co { $n } dzień
    [few] co { $n } dni
    [many] co { $n } dni
   *[other] co { $n } dnia
}
every-months = { $n ->
    [one] co { $n } miesiąc
    [few] co { $n } miesiące
    [many] co { $n } miesięcy
   *[other] co { $n } miesiąca
}
coupon = Masz kupon?
coupon-code = Kod kuponu
licence = Umowa licencyjna

account = Twoje konto
account-info = O Tobie
account-history = Zakupy
account-cards = Zapisane karty
account-email = E-mail
account-balance = Saldo
account-forget = Usuń { $name }
account-delete = Usuń
account-no-history = Nic jeszcze nie kupiono.
account-no-cards = Nic nie jest zapisane.
account-no-plans = Brak subskrypcji.
plan-renews = Odnawia się { $when }
plan-runs = Opłacona.
plan-ends = Kończy się { $when }
plan-canceled = Anulowana
plan-frozen = Wstrzymana
plan-over = Zakończona
plan-cancel = Anuluj { $name }
plan-cancel-button = Anuluj

country = Kraj
currency = Waluta
region = Kraj i waluta
region-choose = Wybierz swój kraj
region-apply = Zastosuj
region-own = Waluta kraju
error-country = Nieznany kraj. Wybierz jeden z listy.
hint-country = Parametr country to dwie wielkie litery według ISO 3166-1.
error-currency = Nieznana waluta. Wybierz jedną z listy.
hint-currency = Parametr currency to trzy wielkie litery według ISO 4217.

user-id = ID gracza
user-id-missing = Podaj ID gracza (2205)
user-id-bad = To ID gracza jest nieprawidłowe (2205)
user-name = Nazwa w grze
user-name-bad = Ta nazwa jest nieprawidłowa (1030)
user-phone = Telefon
user-phone-bad = Ten numer telefonu jest nieprawidłowy (1006)
saved-none = Tutaj można zapłacić tylko zapisanym sposobem, a żaden nie jest zapisany.
other-methods = Inne sposoby płatności
charged-in = Pobierane w { $currency }
change = Zmień
gift-title = Dla kogo to jest?
gift-search = Szukaj wśród znajomych
gift-find = Szukaj
gift-nobody = Nikogo nie znaleziono.
gift-choose = Wybierz
gift-name = Podaj gracza
gift-name-hint = Nazwa lub adres e-mail, pod którym gra zna gracza.
gift-unknown = Gra nie zna tego gracza albo nie można mu nic podarować (2205)
gift-to = Prezent dla
error-receiver = Gra nie zna osoby, która ma dostać ten prezent. Wybierz kogoś innego.
error-host = Ta strona płatności jest pod innym adresem. Wróć do gry i zacznij od nowa.
hint-host = Tokeny z settings.mode sandbox otwiera się pod adresem środowiska testowego, wszystkie inne pod właściwym. Mówią o nich ustawienia serwera public_url i sandbox_url.
error-too-little = Nie można kupić tak małej ilości.
ship-title = Dokąd wysłać?
ship-name = Imię i nazwisko
ship-name-missing = Podaj imię i nazwisko (1029)
ship-name-bad = To imię i nazwisko jest nieprawidłowe (1030)
ship-street = Ulica i numer
ship-city = Miejscowość
ship-region = Stan lub prowincja
ship-missing = To pole jest wymagane (1035)
ship-bad = To pole jest nieprawidłowe (1035)
ship-to = Wysyłka do
