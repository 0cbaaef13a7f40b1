# Italiano.

money = { $number } { $symbol }
moment = { $day }/{ $month }/{ $year }, { $time } UTC

checkout = Pagamento
summary = Il tuo acquisto
close = Chiudi
language = Lingua
sandbox = Sandbox
sandbox-hint = Questo è un test. Non viene addebitato nulla.
hint-no-webhook = Questo progetto non ha un indirizzo webhook: nessun gioco viene interpellato sul giocatore o informato del pagamento.
foot-safe = Il gioco non vede mai i tuoi dati di pagamento.

you-buy = Stai acquistando
purchase = Acquisto nel gioco
for-player = per { $name }
price = Prezzo
tax-included = Imposta inclusa ({ $rate }%)
tax-added = Imposta sulle vendite ({ $rate }%)
total = Totale

how-to-pay = Come vuoi pagare?
methods = Metodi di pagamento
method-card = Carta
method-bank = Bonifico
method-gift = Carta regalo
method-cash = Contanti
card-number = Numero della carta
card-expiry = Scadenza
card-expiry-shape = MM/AA
card-cvv = Codice di sicurezza
zip = CAP
email = E-mail per la ricevuta
optional = (facoltativo)
pay = Paga { $amount }
elsewhere = Completerai il pagamento presso il fornitore.
elsewhere-sandbox = Nella sandbox nessuno ti porta dal fornitore: il pagamento riesce e basta.
save-card = Salva questa carta per la prossima volta
later = La carta viene salvata e addebitata a ogni rinnovo dell’abbonamento, finché non lo disdici.
later-trial = Ora non viene addebitato nulla. Dopo il periodo di prova sulla carta salvata vengono addebitati { $amount } a ogni rinnovo dell’abbonamento, finché non lo disdici.
begin-free = Inizia l’abbonamento

problems = Controlla quanto segue
offline = Il server non ha risposto. Riprova: non ti verrà addebitato due volte.
card-number-missing = Inserisci il numero della carta (1016)
card-number-bad = Questo numero di carta non è corretto (1015)
card-expiry-missing = Inserisci il mese e l’anno
card-expiry-bad = Inserisci il mese e l’anno come riportati sulla carta
card-expiry-refused = Questa carta è scaduta, o la data non è quella riportata sulla carta
card-cvv-missing = Inserisci il codice di sicurezza
card-cvv-bad = Inserisci le 3 o 4 cifre del codice di sicurezza
zip-missing = Inserisci il CAP (1035)
zip-bad = Questo CAP non è corretto (1035)
email-bad = Questo indirizzo e-mail non è corretto (1004)
method-bad = Questo metodo di pagamento non è disponibile. Scegline un altro (3030)
last-declined = Il tuo ultimo tentativo non è stato accettato. Non ti è stato addebitato nulla.
last-poor = Sulla carta non c’era abbastanza denaro. Non ti è stato addebitato nulla (1017)

test-cards = Carte di prova
test-cards-hint = Qui funzionano solo queste carte. Non sono vere.
test-ok = Riesce
test-3ds = La banca chiede conferma, riesce
test-poor = Rifiutata: fondi insufficienti
test-3ds-declined = La banca chiede conferma e rifiuta
use = Usa
use-card = Usa la carta { $number }

bank-name = Banca di prova
bank-note = Simulata, fa parte della sandbox
bank-title = Sei tu?
bank-lead = La tua banca vuole che confermi questo pagamento.
shop = Negozio
amount = Importo
card = Carta
password = Password
password-hint = Già compilata. Qualsiasi altra password rifiuta il pagamento.
approve = Conferma il pagamento
decline = Rifiuta

progress = Avanzamento
step-payment = Pagamento
step-delivery = Consegna
step-done = Fatto
invoice-title = Stiamo elaborando il pagamento
invoice-text = Ci vuole un attimo. Puoi lasciare aperta la pagina.
delivering-title = Pagamento ricevuto
delivering-text = Stiamo informando il gioco del tuo acquisto.
done-title = Grazie!
done-text = Il tuo acquisto ti aspetta nel gioco.
started-title = Il tuo abbonamento è iniziato
started-text = Non è stato addebitato nulla. Ti aspetta nel gioco.
first-charge = Primo addebito
declined-title = Pagamento rifiutato
declined-refused = La tua banca non ha accettato il pagamento. Non ti è stato addebitato nulla.
declined-poor = Su questa carta non c’è abbastanza denaro. Non ti è stato addebitato nulla.
declined-3ds = Il pagamento non è stato confermato. Non ti è stato addebitato nulla.
declined-expired = La banca non ha risposto in tempo. Non ti è stato addebitato nulla.
undelivered-title = Pagato, ma non ancora consegnato
undelivered-text = Il pagamento è andato a buon fine, ma il gioco non ha accettato l’acquisto. Conserva la ricevuta e contatta l’assistenza del gioco.
refunded-title = Rimborsato
refunded-text = Il denaro di questo acquisto è stato restituito.
try-again = Riprova
back-to-game = Torna al gioco
going-back = Ritorno al gioco tra { $seconds } s
receipt = Ricevuta
transaction = Transazione
date = Data
paid-with = Pagato con
key-for = Chiave per { $what }
item = Articolo
player = Giocatore
refunded = Restituito
print = Stampa

error-title = Impossibile aprire questa pagina
for-developers = Per gli sviluppatori
error-token = Questo link di pagamento non è più valido. Torna al gioco e ricomincia.
hint-token = Il token è sconosciuto o ha più di 24 ore. Richiedine uno nuovo per ogni visita e passalo invariato come access_token.
error-agreement = Questo gioco non può ancora accettare pagamenti.
hint-agreement = Il progetto non è attivo. Attivalo, oppure richiedi token con settings.mode impostato su sandbox.
error-nothing = Qui non c’è nulla da acquistare.
hint-nothing = Il token non indica alcun acquisto che questo server possa vendere. Imposta purchase.checkout.amount e purchase.checkout.currency.
error-not-sold = Al momento non è in vendita. Torna al gioco e scegli di nuovo.
error-limit = Ne hai già quanti se ne possono acquistare.
error-sold-out = È esaurito. Non è stato addebitato nulla.
error-quantity = Non si può acquistare in questa quantità.
error-coupon = Questo coupon non può essere usato.
error-changed = Il prezzo è cambiato da quando è stata aperta questa pagina. Non è stato addebitato nulla; guarda il nuovo prezzo.
hint-refused = L’acquisto del token è stato rifiutato: { $why }.
error-serverless = Questo gioco non può accettare pagamenti in questo modo.
hint-serverless = L’apertura della pagina con access_data è disattivata. Richiedi un token dal tuo server e passalo come access_token.
error-player = Il gioco non conosce questo giocatore. Accedi di nuovo al gioco e ricomincia.
hint-player = Il webhook user_validation ha ricevuto un errore come risposta. Rispondi 2xx per i giocatori che possono pagare.
error-game = Il gioco al momento non risponde. Non è stato addebitato nulla; riprova tra poco.
hint-game = Il webhook user_validation non ha ricevuto risposta. Controlla l’indirizzo webhook del progetto e che risponda in pochi secondi.
error-unavailable = Il pagamento non può essere completato ora. Riprova tra poco.
hint-unavailable = Il fornitore di pagamenti o il database non ha risposto. Il log del server dice di più.

tv-scan = Scansiona per pagare con il telefono
tv-bank = La tua banca chiede conferma: continua sul telefono
tv-picture = Codice QR che apre questo pagamento su un telefono
tv-or-open = oppure apri questo indirizzo su qualsiasi dispositivo:
tv-once = Funziona una volta sola, per 15 minuti.
tv-opened = Aperto su un altro dispositivo
tv-opened-text = Paga lì. Questo schermo si aggiorna da solo.
tv-over = Questo codice è scaduto
tv-over-text = Non è stato addebitato nulla. Richiedine uno nuovo per continuare.
tv-new = Mostra un nuovo codice
tv-saved = Oppure paga direttamente qui
tv-confirm = Pagare con questo?
tv-other = Scegli altro
tv-ok = scegli
tv-back = indietro
tv-look = Ho pagato
tv-title = Paga per la tua TV
tv-continue-text = Continua con il pagamento mostrato dalla tua TV.
tv-continue = Continua
tv-type = Codice sulla TV
tv-unknown = Questo codice non esiste. Guarda la TV e digitalo di nuovo.
tv-used = Questo codice è già stato usato. Mostrane uno nuovo sulla TV.
tv-expired = Questo codice è scaduto. Mostrane uno nuovo sulla TV.
tv-too-often = Troppi codici errati. Aspetta un minuto, poi riprova.

choose-place = Dove giochi a { $what }?
p2p-buy = Acquista
p2p-from = da { $amount }
p2p-pre-order = Preordina
p2p-not-sold = Qui non è in vendita
p2p-thanks = Grazie per la mancia!
p2p-tip = Mancia per lo sviluppatore
email-missing = Inserisci il tuo indirizzo e-mail: la chiave viene inviata lì (1003)
error-too-often = Questa pagina è stata aperta troppo spesso dalla tua connessione. Aspetta un minuto, poi riprova.
hint-too-often = Aprire la pagina con access_data crea ogni volta un token. Richiedi i token dal tuo server per i giocatori che condividono un indirizzo.

mail-subject = Il tuo acquisto da { $seller }
mail-thanks = Grazie per il tuo acquisto da { $seller }.
email-key = Indirizzo e-mail per la tua chiave

store = Negozio
store-choose = Che cosa desideri?
store-items = Oggetti
store-other = Altro
store-plans = Abbonamenti
store-hundred = 100 { $currency }
store-amount = Quantità a scelta di { $currency }
store-next = Continua
store-back = Scegli altro
store-trial = { $days ->
    [one] { $days } giorno gratis
    [many] { $days } giorni gratis
   *[other] { $days } giorni gratis
}
store-bonus = + { $amount } in omaggio
praise-recommended = Il più scelto
praise-best-deal = Miglior offerta
praise-special = Offerta speciale
charged-once = { $price } una tantum
every-day = al giorno
every-month = al mese
every-days = { $n ->
    [one] ogni giorno
    [many] ogni { $n } giorni
   *[other] ogni { $n } giorni
}
every-months = { $n ->
    [one] ogni mese
    [many] ogni { $n } mesi
   *[other] ogni { $n } mesi
}
coupon = Hai un coupon?
coupon-code = Codice coupon
licence = Contratto di licenza

account = Il tuo account
account-info = Su di te
account-history = Acquisti
account-cards = Carte salvate
account-email = E-mail
account-balance = Saldo
account-forget = Elimina { $name }
account-delete = Elimina
account-no-history = Non è stato ancora acquistato nulla.
account-no-cards = Non c’è nulla di salvato.
account-no-plans = Non ci sono abbonamenti.
plan-renews = Si rinnova il { $when }
plan-runs = È pagato.
plan-ends = Termina il { $when }
plan-canceled = Disdetto
plan-frozen = In pausa
plan-over = Terminato
plan-cancel = Disdici { $name }
plan-cancel-button = Disdici

country = Paese
currency = Valuta
region = Paese e valuta
region-choose = Scegli il tuo paese
region-apply = Applica
region-own = La valuta del paese
error-country = Questo paese non è riconosciuto. Scegline uno dall’elenco.
hint-country = Il parametro country accetta le due lettere maiuscole di ISO 3166-1.
error-currency = Questa valuta non è riconosciuta. Scegline una dall’elenco.
hint-currency = Il parametro currency accetta le tre lettere maiuscole di ISO 4217.

user-id = ID giocatore
user-id-missing = Inserisci il tuo ID giocatore (2205)
user-id-bad = Questo ID giocatore non è corretto (2205)
user-name = Nome nel gioco
user-name-bad = Questo nome non è corretto (1030)
user-phone = Telefono
user-phone-bad = Questo numero di telefono non è corretto (1006)
saved-none = Qui si può pagare solo con ciò che è stato salvato, e non c’è nulla di salvato.
other-methods = Altri metodi di pagamento
charged-in = Addebitato in { $currency }
change = Modifica
gift-title = A chi va?
gift-search = Cerca tra i tuoi amici
gift-find = Cerca
gift-nobody = Nessuno trovato.
gift-choose = Scegli
gift-name = Indica un giocatore
gift-name-hint = Il nome o l’indirizzo e-mail con cui il gioco conosce il giocatore.
gift-unknown = Il gioco non conosce questo giocatore, o non gli si può regalare nulla (2205)
gift-to = Regalo per
error-receiver = Il gioco non conosce chi deve ricevere il regalo. Scegli qualcun altro.
error-host = Questa pagina di pagamento si trova a un altro indirizzo. Torna al gioco e ricomincia.
hint-host = I token con settings.mode sandbox si aprono all’indirizzo della sandbox, tutti gli altri a quello reale. Le impostazioni public_url e sandbox_url del server dicono quali sono.
error-too-little = Non se ne può acquistare una quantità così piccola.
ship-title = Dove va spedito?
ship-name = Nome e cognome
ship-name-missing = Inserisci nome e cognome (1029)
ship-name-bad = Questo nome non è corretto (1030)
ship-street = Via e numero
ship-city = Città
ship-region = Stato o provincia
ship-missing = Questo dato è necessario (1035)
ship-bad = Questo dato non è corretto (1035)
ship-to = Spedito a
