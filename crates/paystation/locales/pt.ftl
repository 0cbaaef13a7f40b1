# Português do Brasil.

money = { $symbol } { $number }
moment = { $day }/{ $month }/{ $year }, { $time } UTC

checkout = Pagamento
summary = Sua compra
close = Fechar
language = Idioma
sandbox = Ambiente de teste
sandbox-hint = Isto é um teste. Nenhum dinheiro é cobrado.
hint-no-webhook = Este projeto não tem endereço de webhook: nenhum jogo é consultado sobre o jogador nem avisado do pagamento.
foot-safe = O jogo nunca vê seus dados de pagamento.

you-buy = Você está comprando
purchase = Compra no jogo
for-player = para { $name }
price = Preço
tax-included = Imposto incluído ({ $rate }%)
tax-added = Imposto sobre vendas ({ $rate }%)
total = Total

how-to-pay = Como você quer pagar?
methods = Formas de pagamento
method-card = Cartão
method-bank = Transfe{ "\u00AD" }rência
method-gift = Cartão-presente
method-cash = Dinheiro
card-number = Número do cartão
card-expiry = Validade
card-expiry-shape = MM/AA
card-cvv = Código de segurança
zip = CEP
email = E-mail para o recibo
optional = (opcional)
pay = Pagar { $amount }
elsewhere = Você vai concluir o pagamento no provedor.
elsewhere-sandbox = No ambiente de teste, ninguém leva você ao provedor: o pagamento simplesmente é aprovado.
save-card = Salvar este cartão para a próxima vez
later = Seu cartão é salvo e cobrado a cada renovação da assinatura, até você cancelar.
later-trial = Nada é cobrado agora. Depois do período de teste, { $amount } são cobrados no cartão salvo a cada renovação da assinatura, até você cancelar.
begin-free = Iniciar assinatura

problems = Verifique o seguinte
offline = O servidor não respondeu. Tente de novo: você não será cobrado duas vezes.
card-number-missing = Digite o número do cartão (1016)
card-number-bad = Este número de cartão não está correto (1015)
card-expiry-missing = Digite o mês e o ano
card-expiry-bad = Digite o mês e o ano como estão no cartão
card-expiry-refused = Este cartão venceu, ou a data não é a que está no cartão
card-cvv-missing = Digite o código de segurança
card-cvv-bad = Digite os 3 ou 4 dígitos do código de segurança
zip-missing = Digite o CEP (1035)
zip-bad = Este CEP não está correto (1035)
email-bad = Este endereço de e-mail não está correto (1004)
method-bad = Esta forma de pagamento não está disponível. Escolha outra (3030)
last-declined = Sua última tentativa não foi aceita. Nada foi cobrado.
last-poor = Não havia saldo suficiente no cartão. Nada foi cobrado (1017)

test-cards = Cartões de teste
test-cards-hint = Só estes cartões funcionam aqui. Eles não são reais.
test-ok = Aprovado
test-3ds = O banco pede confirmação, aprovado
test-poor = Recusado: saldo insuficiente
test-3ds-declined = O banco pede confirmação e recusa
use = Usar
use-card = Usar o cartão { $number }

bank-name = Banco de teste
bank-note = Simulado, parte do ambiente de teste
bank-title = É você?
bank-lead = Seu banco quer que você confirme este pagamento.
shop = Loja
amount = Valor
card = Cartão
password = Senha
password-hint = Já preenchida. Qualquer outra senha recusa o pagamento.
approve = Confirmar pagamento
decline = Recusar

progress = Andamento
step-payment = Pagamento
step-delivery = Entrega
step-done = Concluído
invoice-title = Processando seu pagamento
invoice-text = Leva só um momento. Você pode deixar a página aberta.
delivering-title = Pagamento recebido
delivering-text = O jogo está sendo avisado da sua compra.
done-title = Obrigado!
done-text = Sua compra espera por você no jogo.
started-title = Sua assinatura começou
started-text = Nada foi cobrado. Ela espera por você no jogo.
first-charge = Primeira cobrança
declined-title = Pagamento recusado
declined-refused = Seu banco não aceitou o pagamento. Nada foi cobrado.
declined-poor = Não há saldo suficiente neste cartão. Nada foi cobrado.
declined-3ds = O pagamento não foi confirmado. Nada foi cobrado.
declined-expired = O banco não respondeu a tempo. Nada foi cobrado.
undelivered-title = Pago, mas ainda não entregue
undelivered-text = Seu pagamento foi concluído, mas o jogo não aceitou a compra. Guarde o recibo e fale com o suporte do jogo.
refunded-title = Reembolsado
refunded-text = O dinheiro desta compra foi devolvido.
try-again = Tentar de novo
back-to-game = Voltar ao jogo
going-back = Voltando ao jogo em { $seconds } s
receipt = Recibo
transaction = Transação
date = Data
paid-with = Pago com
key-for = Chave de { $what }
item = Item
player = Jogador
refunded = Devolvido
print = Imprimir

error-title = Não é possível abrir esta página
for-developers = Para desenvolvedores
error-token = Este link de pagamento não é mais válido. Volte ao jogo e comece de novo.
hint-token = O token é desconhecido ou tem mais de 24 horas. Solicite um novo a cada visita e passe-o sem alterações como access_token.
error-agreement = Este jogo ainda não pode receber pagamentos.
hint-agreement = O projeto não está ativo. Ative-o ou solicite tokens com settings.mode definido como sandbox.
error-nothing = Não há nada para comprar aqui.
hint-nothing = O token não indica nenhuma compra que este servidor possa vender. Defina purchase.checkout.amount e purchase.checkout.currency.
error-not-sold = Isto não está à venda no momento. Volte ao jogo e escolha de novo.
error-limit = Você já tem a quantidade máxima que pode comprar.
error-sold-out = Esgotado. Nada foi cobrado.
error-quantity = Não é possível comprar nesta quantidade.
error-coupon = Este cupom não pode ser usado.
error-changed = O preço mudou desde que esta página foi aberta. Nada foi cobrado; veja o novo preço.
hint-refused = A compra do token foi recusada: { $why }.
error-serverless = Este jogo não pode receber pagamentos desta forma.
hint-serverless = A abertura da página com access_data está desativada. Solicite um token no seu servidor e passe-o como access_token.
error-player = O jogo não conhece este jogador. Entre no jogo novamente e comece de novo.
hint-player = O webhook user_validation recebeu um erro como resposta. Responda 2xx para jogadores que podem pagar.
error-game = O jogo não está respondendo no momento. Nada foi cobrado; tente de novo em instantes.
hint-game = O webhook user_validation não teve resposta. Verifique o endereço de webhook do projeto e se ele responde em poucos segundos.
error-unavailable = O pagamento não pode ser concluído agora. Tente de novo em instantes.
hint-unavailable = O provedor de pagamento ou o banco de dados não respondeu. O log do servidor diz mais.

tv-scan = Escaneie para pagar com o celular
tv-bank = Seu banco pede confirmação: continue no celular
tv-picture = Código QR que abre este pagamento em um celular
tv-or-open = ou abra este endereço em qualquer dispositivo:
tv-once = Funciona uma única vez, por 15 minutos.
tv-opened = Aberto em outro dispositivo
tv-opened-text = Pague por lá. Esta tela acompanha.
tv-over = Este código expirou
tv-over-text = Nada foi cobrado. Gere um novo para continuar.
tv-new = Mostrar um novo código
tv-saved = Ou pague aqui mesmo
tv-confirm = Pagar com isto?
tv-other = Escolher outra coisa
tv-ok = escolher
tv-back = voltar
tv-look = Já paguei
tv-title = Pague pela sua TV
tv-continue-text = Continue o pagamento que sua TV está mostrando.
tv-continue = Continuar
tv-type = Código na TV
tv-unknown = Esse código não existe. Olhe na TV e digite de novo.
tv-used = Este código já foi usado. Gere um novo na TV.
tv-expired = Este código expirou. Gere um novo na TV.
tv-too-often = Muitos códigos errados. Espere um minuto e tente de novo.

choose-place = Onde você joga { $what }?
p2p-buy = Comprar
p2p-from = a partir de { $amount }
p2p-pre-order = Comprar na pré-venda
p2p-not-sold = Não está à venda aqui
p2p-thanks = Obrigado pela gorjeta!
p2p-tip = Gorjeta para o estúdio
email-missing = Digite seu e-mail: a chave será enviada para lá (1003)
error-too-often = Esta página foi aberta vezes demais pela sua conexão. Espere um minuto e tente de novo.
hint-too-often = Abrir a página com access_data cria um token a cada vez. Solicite tokens no seu servidor para jogadores que compartilham um endereço.

mail-subject = Sua compra em { $seller }
mail-thanks = Obrigado pela sua compra em { $seller }.
email-key = E-mail para receber sua chave

store = Loja
store-choose = O que você gostaria de comprar?
store-items = Itens
store-other = Outros
store-plans = Assinaturas
store-hundred = 100 { $currency }
store-amount = Qualquer quantidade de { $currency }
store-next = Continuar
store-back = Escolher outra coisa
store-trial = { $days ->
    [one] { $days } dia grátis
    [many] { $days } dias grátis
   *[other] { $days } dias grátis
}
store-bonus = + { $amount } de brinde
praise-recommended = Mais popular
praise-best-deal = Melhor oferta
praise-special = Oferta especial
charged-once = { $price } uma única vez
every-day = por dia
every-month = por mês
every-days = { $n ->
    [one] a cada { $n } dia
    [many] a cada { $n } dias
   *[other] a cada { $n } dias
}
every-months = { $n ->
    [one] a cada { $n } mês
    [many] a cada { $n } meses
   *[other] a cada { $n } meses
}
coupon = Tem um cupom?
coupon-code = Código do cupom
licence = Contrato de licença

account = Sua conta
account-info = Sobre você
account-history = Compras
account-cards = Cartões salvos
account-email = E-mail
account-balance = Saldo
account-forget = Excluir { $name }
account-delete = Excluir
account-no-history = Nada foi comprado ainda.
account-no-cards = Nada está salvo.
account-no-plans = Não há assinaturas.
plan-renews = Renova em { $when }
plan-runs = Está paga.
plan-ends = Termina em { $when }
plan-canceled = Cancelada
plan-frozen = Pausada
plan-over = Encerrada
plan-cancel = Cancelar { $name }
plan-cancel-button = Cancelar

country = País
currency = Moeda
region = País e moeda
region-choose = Escolha seu país
region-apply = Aplicar
region-own = A moeda do país
error-country = Este país não é conhecido. Escolha um da lista.
hint-country = O parâmetro country recebe as duas letras maiúsculas da ISO 3166-1.
error-currency = Esta moeda não é conhecida. Escolha uma da lista.
hint-currency = O parâmetro currency recebe as três letras maiúsculas da ISO 4217.

user-id = ID do jogador
user-id-missing = Digite seu ID de jogador (2205)
user-id-bad = Este ID de jogador não está certo (2205)
user-name = Nome no jogo
user-name-bad = Este nome não está certo (1030)
user-phone = Telefone
user-phone-bad = Este número de telefone não está certo (1006)
saved-none = Aqui só é possível pagar com o que foi salvo, e nada foi salvo.
other-methods = Outras formas de pagamento
charged-in = Cobrado em { $currency }
change = Alterar
gift-title = Quem vai receber?
gift-search = Procurar entre seus amigos
gift-find = Procurar
gift-nobody = Ninguém foi encontrado.
gift-choose = Escolher
gift-name = Indicar um jogador
gift-name-hint = O nome ou e-mail pelo qual o jogo conhece o jogador.
gift-unknown = O jogo não conhece este jogador, ou nada pode ser dado a ele (2205)
gift-to = Presente para
error-receiver = O jogo não conhece quem deve receber este presente. Escolha outra pessoa.
error-host = Esta página de pagamento fica em outro endereço. Volte ao jogo e comece de novo.
hint-host = Tokens com settings.mode sandbox são abertos no endereço do sandbox, todos os outros no endereço real. As configurações public_url e sandbox_url do servidor dizem quais são.
error-too-little = Não é possível comprar uma quantidade tão pequena.
ship-title = Para onde enviar?
ship-name = Nome completo
ship-name-missing = Digite o nome completo (1029)
ship-name-bad = Este nome não está certo (1030)
ship-street = Rua e número
ship-city = Cidade
ship-region = Estado ou província
ship-missing = Este campo é necessário (1035)
ship-bad = Este campo não está certo (1035)
ship-to = Enviado para
