# Français.

money = { $number } { $symbol }
moment = { $day }/{ $month }/{ $year } { $time } UTC

checkout = Paiement
summary = Votre achat
close = Fermer
language = Langue
sandbox = Bac à sable
sandbox-hint = Ceci est un test. Aucun argent n’est débité.
hint-no-webhook = Ce projet n’a pas d’adresse de webhook : aucun jeu n’est interrogé sur le joueur ni informé du paiement.
foot-safe = Le jeu ne voit jamais vos données de paiement.

you-buy = Vous achetez
purchase = Achat dans le jeu
for-player = pour { $name }
price = Prix
tax-included = Taxe incluse ({ $rate } %)
tax-added = Taxe de vente ({ $rate } %)
total = Total

how-to-pay = Comment souhaitez-vous payer ?
methods = Moyens de paiement
method-card = Carte
method-bank = Virement
method-gift = Carte cadeau
method-cash = Espèces
card-number = Numéro de carte
card-expiry = Expire le
card-expiry-shape = MM/AA
card-cvv = Code de sécurité
zip = Code postal
email = E-mail pour le reçu
optional = (facultatif)
pay = Payer { $amount }
elsewhere = Vous terminerez le paiement chez le prestataire.
elsewhere-sandbox = Dans le bac à sable, personne ne vous redirige vers le prestataire : le paiement réussit directement.
save-card = Enregistrer cette carte pour la prochaine fois
later = Votre carte est enregistrée et débitée à chaque renouvellement de l’abonnement, jusqu’à ce que vous le résiliiez.
later-trial = Rien n’est débité maintenant. Après la période d’essai, votre carte enregistrée est débitée de { $amount } à chaque renouvellement de l’abonnement, jusqu’à ce que vous le résiliiez.
begin-free = Démarrer l’abonnement

problems = Vérifiez les points suivants
offline = Le serveur n’a pas répondu. Réessayez : vous ne serez pas débité deux fois.
card-number-missing = Saisissez le numéro de carte (1016)
card-number-bad = Ce numéro de carte est incorrect (1015)
card-expiry-missing = Saisissez le mois et l’année
card-expiry-bad = Saisissez le mois et l’année comme sur la carte
card-expiry-refused = Cette carte a expiré, ou la date n’est pas celle de la carte
card-cvv-missing = Saisissez le code de sécurité
card-cvv-bad = Saisissez les 3 ou 4 chiffres du code de sécurité
zip-missing = Saisissez le code postal (1035)
zip-bad = Ce code postal est incorrect (1035)
email-bad = Cette adresse e-mail est incorrecte (1004)
method-bad = Ce moyen de paiement n’est pas disponible. Choisissez-en un autre (3030)
last-declined = Votre dernière tentative n’a pas été acceptée. Vous n’avez pas été débité.
last-poor = Il n’y avait pas assez d’argent sur la carte. Vous n’avez pas été débité (1017)

test-cards = Cartes de test
test-cards-hint = Seules ces cartes fonctionnent ici. Elles ne sont pas réelles.
test-ok = Réussit
test-3ds = La banque demande confirmation, réussit
test-poor = Refusée : provision insuffisante
test-3ds-declined = La banque demande confirmation, refuse
use = Utiliser
use-card = Utiliser la carte { $number }

bank-name = Banque de test
bank-note = Simulée, fait partie du bac à sable
bank-title = Est-ce bien vous ?
bank-lead = Votre banque vous demande de confirmer ce paiement.
shop = Marchand
amount = Montant
card = Carte
password = Mot de passe
password-hint = Déjà rempli. Tout autre mot de passe refuse le paiement.
approve = Confirmer le paiement
decline = Refuser

progress = Avancement
step-payment = Paiement
step-delivery = Livraison
step-done = Terminé
invoice-title = Paiement en cours de traitement
invoice-text = Cela prend un instant. Vous pouvez laisser la page ouverte.
delivering-title = Paiement reçu
delivering-text = Le jeu est en train d’être informé de votre achat.
done-title = Merci !
done-text = Votre achat vous attend dans le jeu.
started-title = Votre abonnement a commencé
started-text = Rien n’a été débité. Il vous attend dans le jeu.
first-charge = Premier débit
declined-title = Paiement refusé
declined-refused = Votre banque n’a pas accepté le paiement. Vous n’avez pas été débité.
declined-poor = Il n’y a pas assez d’argent sur cette carte. Vous n’avez pas été débité.
declined-3ds = Le paiement n’a pas été confirmé. Vous n’avez pas été débité.
declined-expired = La banque n’a pas répondu à temps. Vous n’avez pas été débité.
undelivered-title = Payé, mais pas encore livré
undelivered-text = Votre paiement a abouti, mais le jeu n’a pas pris en compte l’achat. Conservez le reçu et contactez l’assistance du jeu.
refunded-title = Remboursé
refunded-text = L’argent de cet achat vous a été rendu.
try-again = Réessayer
back-to-game = Retour au jeu
going-back = Retour au jeu dans { $seconds } s
receipt = Reçu
transaction = Transaction
date = Date
paid-with = Payé avec
key-for = Clé pour { $what }
item = Article
player = Joueur
refunded = Remboursé
print = Imprimer

error-title = Cette page ne peut pas s’ouvrir
for-developers = Pour les développeurs
error-token = Ce lien de paiement n’est plus valable. Retournez dans le jeu et recommencez.
hint-token = Le jeton est inconnu ou date de plus de 24 heures. Demandez-en un nouveau à chaque visite et transmettez-le tel quel dans access_token.
error-agreement = Ce jeu ne peut pas encore recevoir de paiements.
hint-agreement = Le projet n’est pas actif. Activez-le, ou demandez des jetons avec settings.mode réglé sur sandbox.
error-nothing = Il n’y a rien à acheter ici.
hint-nothing = Le jeton ne désigne aucun achat que ce serveur puisse vendre. Indiquez purchase.checkout.amount et purchase.checkout.currency.
error-not-sold = Cet article n’est pas en vente pour le moment. Retournez dans le jeu et choisissez de nouveau.
error-limit = Vous en avez déjà autant que vous pouvez en acheter.
error-sold-out = C’est épuisé. Rien n’a été débité.
error-quantity = Cet article ne s’achète pas en cette quantité.
error-coupon = Ce coupon ne peut pas être utilisé.
error-changed = Le prix a changé depuis l’ouverture de cette page. Rien n’a été débité ; regardez le nouveau prix.
hint-refused = L’achat du jeton a été refusé : { $why }.
error-serverless = Ce jeu ne peut pas recevoir de paiements de cette façon.
hint-serverless = L’ouverture de la page avec access_data est désactivée. Demandez un jeton depuis votre serveur et transmettez-le dans access_token.
error-player = Le jeu ne connaît pas ce joueur. Reconnectez-vous au jeu et recommencez.
hint-player = Le webhook user_validation a reçu une erreur en réponse. Répondez 2xx pour les joueurs qui peuvent payer.
error-game = Le jeu ne répond pas pour le moment. Rien n’a été débité ; réessayez dans un instant.
hint-game = Le webhook user_validation n’a reçu aucune réponse. Vérifiez l’adresse de webhook du projet et qu’elle répond en quelques secondes.
error-unavailable = Le paiement ne peut pas être terminé maintenant. Réessayez dans un instant.
hint-unavailable = Le prestataire de paiement ou la base de données n’a pas répondu. Le journal du serveur en dit plus.

tv-scan = Scannez pour payer avec votre téléphone
tv-bank = Votre banque demande une confirmation : continuez sur votre téléphone
tv-picture = Code QR qui ouvre ce paiement sur un téléphone
tv-or-open = ou ouvrez cette adresse sur n’importe quel appareil :
tv-once = Elle fonctionne une seule fois, pendant 15 minutes.
tv-opened = Ouvert sur un autre appareil
tv-opened-text = Payez là-bas. Cet écran suit.
tv-over = Ce code a expiré
tv-over-text = Rien n’a été débité. Prenez un nouveau code pour continuer.
tv-new = Afficher un nouveau code
tv-saved = Ou payez directement ici
tv-confirm = Payer avec ceci ?
tv-other = Choisir autre chose
tv-ok = choisir
tv-back = retour
tv-look = J’ai payé
tv-title = Payer pour votre téléviseur
tv-continue-text = Continuez le paiement affiché sur votre téléviseur.
tv-continue = Continuer
tv-type = Code sur le téléviseur
tv-unknown = Ce code n’existe pas. Regardez le téléviseur et saisissez-le de nouveau.
tv-used = Ce code a déjà servi. Affichez-en un nouveau sur le téléviseur.
tv-expired = Ce code a expiré. Affichez-en un nouveau sur le téléviseur.
tv-too-often = Trop de codes erronés. Patientez une minute, puis réessayez.

choose-place = Où jouez-vous à { $what } ?
p2p-buy = Acheter
p2p-from = à partir de { $amount }
p2p-pre-order = Précommander
p2p-not-sold = Pas en vente ici
p2p-thanks = Merci pour votre pourboire !
p2p-tip = Pourboire au studio
email-missing = Saisissez votre adresse e-mail : la clé y sera envoyée (1003)
error-too-often = Cette page a été ouverte trop souvent depuis votre connexion. Patientez une minute, puis réessayez.
hint-too-often = Ouvrir la page avec access_data crée un jeton à chaque fois. Demandez des jetons depuis votre serveur pour les joueurs qui partagent une adresse.

mail-subject = Votre achat chez { $seller }
mail-thanks = Merci pour votre achat chez { $seller }.
email-key = Adresse e-mail pour votre clé

store = Boutique
store-choose = Que désirez-vous ?
store-items = Objets
store-other = Autres
store-plans = Abonnements
store-hundred = 100 { $currency }
store-amount = Un montant libre de { $currency }
store-next = Continuer
store-back = Choisir autre chose
store-trial = { $days ->
    [one] { $days } jour gratuit
    [many] { $days } jours gratuits
   *[other] { $days } jours gratuits
}
store-bonus = + { $amount } offerts
praise-recommended = Le plus populaire
praise-best-deal = Meilleure offre
praise-special = Offre spéciale
charged-once = { $price } une seule fois
every-day = par jour
every-month = par mois
every-days = { $n ->
    [one] tous les { $n } jours
    [many] tous les { $n } jours
   *[other] tous les { $n } jours
}
every-months = { $n ->
    [one] tous les { $n } mois
    [many] tous les { $n } mois
   *[other] tous les { $n } mois
}
coupon = Vous avez un coupon ?
coupon-code = Code du coupon
licence = Contrat de licence

account = Votre compte
account-info = À propos de vous
account-history = Achats
account-cards = Cartes enregistrées
account-email = E-mail
account-balance = Solde
account-forget = Supprimer { $name }
account-delete = Supprimer
account-no-history = Aucun achat pour l’instant.
account-no-cards = Rien n’est enregistré.
account-no-plans = Il n’y a aucun abonnement.
plan-renews = Se renouvelle le { $when }
plan-runs = C’est payé.
plan-ends = Se termine le { $when }
plan-canceled = Résilié
plan-frozen = En pause
plan-over = Terminé
plan-cancel = Résilier { $name }
plan-cancel-button = Résilier

country = Pays
currency = Devise
region = Pays et devise
region-choose = Choisissez votre pays
region-apply = Appliquer
region-own = La devise du pays
error-country = Ce pays est inconnu. Choisissez-en un dans la liste.
hint-country = Le paramètre country prend les deux lettres majuscules de la norme ISO 3166-1.
error-currency = Cette devise est inconnue. Choisissez-en une dans la liste.
hint-currency = Le paramètre currency prend les trois lettres majuscules de la norme ISO 4217.

user-id = ID du joueur
user-id-missing = Saisissez votre ID de joueur (2205)
user-id-bad = Cet ID de joueur est incorrect (2205)
user-name = Nom dans le jeu
user-name-bad = Ce nom est incorrect (1030)
user-phone = Téléphone
user-phone-bad = Ce numéro de téléphone est incorrect (1006)
saved-none = Ici, seul un moyen de paiement enregistré peut servir, et aucun n’est enregistré.
other-methods = Autres moyens de paiement
charged-in = Débité en { $currency }
change = Modifier
gift-title = Pour qui est-ce ?
gift-search = Rechercher parmi vos amis
gift-find = Rechercher
gift-nobody = Personne n’a été trouvé.
gift-choose = Choisir
gift-name = Nommer un joueur
gift-name-hint = Le nom ou l’adresse e-mail sous lequel le jeu connaît le joueur.
gift-unknown = Le jeu ne connaît pas ce joueur, ou rien ne peut lui être offert (2205)
gift-to = Cadeau pour
error-receiver = Le jeu ne connaît pas le destinataire de ce cadeau. Choisissez quelqu’un d’autre.
error-host = Cette page de paiement se trouve à une autre adresse. Retournez au jeu et recommencez.
hint-host = Les jetons avec settings.mode sandbox s’ouvrent à l’adresse du bac à sable, tous les autres à l’adresse réelle. Les paramètres public_url et sandbox_url du serveur disent lesquelles.
error-too-little = Cela ne peut pas être acheté en si petite quantité.
ship-title = Où faut-il l’envoyer ?
ship-name = Nom complet
ship-name-missing = Saisissez le nom complet (1029)
ship-name-bad = Ce nom est incorrect (1030)
ship-street = Rue et numéro
ship-city = Ville
ship-region = État ou province
ship-missing = Ce champ est nécessaire (1035)
ship-bad = Ce champ est incorrect (1035)
ship-to = Envoyé à
