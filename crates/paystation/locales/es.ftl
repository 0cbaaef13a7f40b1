# Español.

money = { $number } { $symbol }
moment = { $day }/{ $month }/{ $year }, { $time } UTC

checkout = Pago
summary = Tu compra
close = Cerrar
language = Idioma
sandbox = Entorno de pruebas
sandbox-hint = Esto es una prueba. No se cobra nada.
hint-no-webhook = Este proyecto no tiene dirección de webhook: no se pregunta a ningún juego por el jugador ni se le avisa del pago.
foot-safe = El juego nunca ve tus datos de pago.

you-buy = Vas a comprar
purchase = Compra en el juego
for-player = para { $name }
price = Precio
tax-included = Impuesto incluido ({ $rate } %)
tax-added = Impuesto sobre las ventas ({ $rate } %)
total = Total

how-to-pay = ¿Cómo quieres pagar?
methods = Métodos de pago
method-card = Tarjeta
method-bank = Transfe{ "\u00AD" }rencia
method-gift = Tarjeta regalo
method-cash = Efectivo
card-number = Número de tarjeta
card-expiry = Caduca
card-expiry-shape = MM/AA
card-cvv = Código de seguridad
zip = Código postal
email = Correo para el recibo
optional = (opcional)
pay = Pagar { $amount }
elsewhere = Terminarás el pago con el proveedor.
elsewhere-sandbox = En el entorno de pruebas nadie te lleva al proveedor: el pago se completa sin más.
save-card = Guardar esta tarjeta para la próxima vez
later = Tu tarjeta se guarda y se cobra cada vez que se renueva la suscripción, hasta que la canceles.
later-trial = Ahora no se cobra nada. Después de la prueba se cobran { $amount } en tu tarjeta guardada cada vez que se renueva la suscripción, hasta que la canceles.
begin-free = Empezar la suscripción

problems = Revisa lo siguiente
offline = El servidor no ha respondido. Inténtalo de nuevo: no se te cobrará dos veces.
card-number-missing = Escribe el número de tarjeta (1016)
card-number-bad = Este número de tarjeta no es correcto (1015)
card-expiry-missing = Escribe el mes y el año
card-expiry-bad = Escribe el mes y el año como aparecen en la tarjeta
card-expiry-refused = Esta tarjeta ha caducado, o la fecha no es la que figura en ella
card-cvv-missing = Escribe el código de seguridad
card-cvv-bad = Escribe los 3 o 4 dígitos del código de seguridad
zip-missing = Escribe el código postal (1035)
zip-bad = Este código postal no es correcto (1035)
email-bad = Esta dirección de correo no es correcta (1004)
method-bad = Este método de pago no está disponible. Elige otro (3030)
last-declined = Tu último intento no se aceptó. No se te ha cobrado nada.
last-poor = No había suficiente dinero en la tarjeta. No se te ha cobrado nada (1017)

test-cards = Tarjetas de prueba
test-cards-hint = Aquí solo funcionan estas tarjetas. No son reales.
test-ok = Funciona
test-3ds = El banco pide confirmación, funciona
test-poor = Rechazada: fondos insuficientes
test-3ds-declined = El banco pide confirmación y rechaza
use = Usar
use-card = Usar la tarjeta { $number }

bank-name = Banco de pruebas
bank-note = Simulado, parte del entorno de pruebas
bank-title = ¿Eres tú?
bank-lead = Tu banco quiere que confirmes este pago.
shop = Tienda
amount = Importe
card = Tarjeta
password = Contraseña
password-hint = Ya está escrita. Cualquier otra contraseña rechaza el pago.
approve = Confirmar el pago
decline = Rechazar

progress = Progreso
step-payment = Pago
step-delivery = Entrega
step-done = Listo
invoice-title = Procesando tu pago
invoice-text = Solo tarda un momento. Puedes dejar la página abierta.
delivering-title = Pago recibido
delivering-text = Estamos avisando al juego de tu compra.
done-title = ¡Gracias!
done-text = Tu compra te espera en el juego.
started-title = Tu suscripción ha comenzado
started-text = No se ha cobrado nada. Te espera en el juego.
first-charge = Primer cobro
declined-title = Pago rechazado
declined-refused = Tu banco no aceptó el pago. No se te ha cobrado nada.
declined-poor = No hay suficiente dinero en esta tarjeta. No se te ha cobrado nada.
declined-3ds = El pago no se confirmó. No se te ha cobrado nada.
declined-expired = El banco no respondió a tiempo. No se te ha cobrado nada.
undelivered-title = Pagado, pero aún sin entregar
undelivered-text = Tu pago se ha realizado, pero el juego no aceptó la compra. Guarda el recibo y ponte en contacto con el soporte del juego.
refunded-title = Reembolsado
refunded-text = Se ha devuelto el dinero de esta compra.
try-again = Intentar de nuevo
back-to-game = Volver al juego
going-back = Volverás al juego en { $seconds } s
receipt = Recibo
transaction = Transacción
date = Fecha
paid-with = Pagado con
key-for = Clave de { $what }
item = Artículo
player = Jugador
refunded = Devuelto
print = Imprimir

error-title = No se puede abrir esta página
for-developers = Para desarrolladores
error-token = Este enlace de pago ya no es válido. Vuelve al juego y empieza de nuevo.
hint-token = El token es desconocido o tiene más de 24 horas. Solicita uno nuevo en cada visita y pásalo sin cambios como access_token.
error-agreement = Este juego aún no puede aceptar pagos.
hint-agreement = El proyecto no está activo. Actívalo, o solicita tokens con settings.mode en sandbox.
error-nothing = Aquí no hay nada que comprar.
hint-nothing = El token no indica ninguna compra que este servidor pueda vender. Define purchase.checkout.amount y purchase.checkout.currency.
error-not-sold = Esto no está a la venta en este momento. Vuelve al juego y elige de nuevo.
error-limit = Ya tienes tantos como se pueden comprar.
error-sold-out = Está agotado. No se ha cobrado nada.
error-quantity = No se puede comprar en esta cantidad.
error-coupon = Este cupón no se puede usar.
error-changed = El precio ha cambiado desde que se abrió esta página. No se ha cobrado nada; mira el nuevo precio.
hint-refused = La compra del token fue rechazada: { $why }.
error-serverless = Este juego no puede aceptar pagos de esta forma.
hint-serverless = Abrir la página con access_data está desactivado. Solicita un token desde tu servidor y pásalo como access_token.
error-player = El juego no conoce a este jugador. Inicia sesión en el juego otra vez y vuelve a empezar.
hint-player = El webhook user_validation recibió un error como respuesta. Responde 2xx para los jugadores que pueden pagar.
error-game = El juego no responde en este momento. No se ha cobrado nada; inténtalo de nuevo en breve.
hint-game = El webhook user_validation no obtuvo respuesta. Comprueba la dirección de webhook del proyecto y que responda en unos segundos.
error-unavailable = El pago no se puede completar ahora. Inténtalo de nuevo en breve.
hint-unavailable = El proveedor de pagos o la base de datos no respondió. El registro del servidor dice más.

tv-scan = Escanea para pagar con tu teléfono
tv-bank = Tu banco pide confirmación: continúa en tu teléfono
tv-picture = Código QR que abre este pago en un teléfono
tv-or-open = o abre esta dirección en cualquier dispositivo:
tv-once = Funciona una sola vez y durante 15 minutos.
tv-opened = Abierto en otro dispositivo
tv-opened-text = Paga allí. Esta pantalla se actualiza sola.
tv-over = Este código ha caducado
tv-over-text = No se ha cobrado nada. Pide uno nuevo para continuar.
tv-new = Mostrar un código nuevo
tv-saved = O paga aquí mismo
tv-confirm = ¿Pagar con esto?
tv-other = Elegir otra cosa
tv-ok = elegir
tv-back = atrás
tv-look = Ya he pagado
tv-title = Pagar para tu televisor
tv-continue-text = Continúa con el pago que muestra tu televisor.
tv-continue = Continuar
tv-type = Código del televisor
tv-unknown = Ese código no existe. Mira el televisor y escríbelo de nuevo.
tv-used = Este código ya se ha usado. Pide uno nuevo en el televisor.
tv-expired = Este código ha caducado. Pide uno nuevo en el televisor.
tv-too-often = Demasiados códigos erróneos. Espera un minuto y vuelve a intentarlo.

choose-place = ¿Dónde juegas a { $what }?
p2p-buy = Comprar
p2p-from = desde { $amount }
p2p-pre-order = Reservar
p2p-not-sold = No está a la venta aquí
p2p-thanks = ¡Gracias por tu propina!
p2p-tip = Propina para el estudio
email-missing = Escribe tu correo electrónico: la clave se envía ahí (1003)
error-too-often = Esta página se ha abierto demasiadas veces desde tu conexión. Espera un minuto y vuelve a intentarlo.
hint-too-often = Abrir la página con access_data crea un token cada vez. Solicita tokens desde tu servidor para jugadores que comparten una dirección.

mail-subject = Tu compra en { $seller }
mail-thanks = Gracias por tu compra en { $seller }.
email-key = Correo electrónico para tu clave

store = Tienda
store-choose = ¿Qué te gustaría comprar?
store-items = Objetos
store-other = Otros
store-plans = Suscripciones
store-hundred = 100 { $currency }
store-amount = Cualquier cantidad de { $currency }
store-next = Continuar
store-back = Elegir otra cosa
store-trial = { $days ->
    [one] { $days } día gratis
    [many] { $days } días gratis
   *[other] { $days } días gratis
}
store-bonus = + { $amount } de regalo
praise-recommended = Lo más popular
praise-best-deal = Mejor oferta
praise-special = Oferta especial
charged-once = { $price } una sola vez
every-day = al día
every-month = al mes
every-days = { $n ->
    [one] cada { $n } día
    [many] cada { $n } días
   *[other] cada { $n } días
}
every-months = { $n ->
    [one] cada { $n } mes
    [many] cada { $n } meses
   *[other] cada { $n } meses
}
coupon = ¿Tienes un cupón?
coupon-code = Código del cupón
licence = Acuerdo de licencia

account = Tu cuenta
account-info = Sobre ti
account-history = Compras
account-cards = Tarjetas guardadas
account-email = Correo
account-balance = Saldo
account-forget = Eliminar { $name }
account-delete = Eliminar
account-no-history = Todavía no se ha comprado nada.
account-no-cards = No hay nada guardado.
account-no-plans = No hay suscripciones.
plan-renews = Se renueva el { $when }
plan-runs = Está pagada.
plan-ends = Termina el { $when }
plan-canceled = Cancelada
plan-frozen = En pausa
plan-over = Terminada
plan-cancel = Cancelar { $name }
plan-cancel-button = Cancelar

country = País
currency = Moneda
region = País y moneda
region-choose = Elige tu país
region-apply = Aplicar
region-own = La moneda del país
error-country = Este país no se conoce. Elige uno de la lista.
hint-country = El parámetro country lleva las dos letras mayúsculas de ISO 3166-1.
error-currency = Esta moneda no se conoce. Elige una de la lista.
hint-currency = El parámetro currency lleva las tres letras mayúsculas de ISO 4217.

user-id = ID de jugador
user-id-missing = Introduce tu ID de jugador (2205)
user-id-bad = Este ID de jugador no es correcto (2205)
user-name = Nombre en el juego
user-name-bad = Este nombre no es correcto (1030)
user-phone = Teléfono
user-phone-bad = Este número de teléfono no es correcto (1006)
saved-none = Aquí solo se puede pagar con lo que hayas guardado, y no hay nada guardado.
other-methods = Otras formas de pago
charged-in = Se cobra en { $currency }
change = Cambiar
gift-title = ¿Para quién es?
gift-search = Buscar entre tus amigos
gift-find = Buscar
gift-nobody = No se encontró a nadie.
gift-choose = Elegir
gift-name = Nombrar a un jugador
gift-name-hint = El nombre o correo electrónico con el que el juego conoce al jugador.
gift-unknown = El juego no conoce a este jugador, o no se le puede regalar nada (2205)
gift-to = Regalo para
error-receiver = El juego no conoce a quien debe recibir este regalo. Elige a otra persona.
error-host = Esta página de pago está en otra dirección. Vuelve al juego y empieza de nuevo.
hint-host = Los tokens con settings.mode sandbox se abren en la dirección del entorno de pruebas, todos los demás en la real. Los ajustes public_url y sandbox_url del servidor dicen cuáles son.
error-too-little = No se puede comprar una cantidad tan pequeña.
ship-title = ¿Adónde lo enviamos?
ship-name = Nombre completo
ship-name-missing = Introduce el nombre completo (1029)
ship-name-bad = Este nombre no es correcto (1030)
ship-street = Calle y número
ship-city = Ciudad
ship-region = Estado o provincia
ship-missing = Este dato es necesario (1035)
ship-bad = Este dato no es correcto (1035)
ship-to = Se envía a
