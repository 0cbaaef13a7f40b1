# Русский.

money = { $number } { $symbol }
moment = { $day }.{ $month }.{ $year }, { $time } UTC

checkout = Оплата
summary = Ваша покупка
close = Закрыть
language = Язык
sandbox = Тест
sandbox-hint = Это тестовый платёж. Деньги не списываются.
hint-no-webhook = У проекта нет адреса для вебхуков: игра не узнает ни об игроке, ни о платеже.
foot-safe = Игра не видит ваши платёжные данные.

you-buy = Вы покупаете
purchase = Покупка в игре
for-player = для { $name }
price = Цена
tax-included = Налог в цене ({ $rate } %)
tax-added = Налог с продаж ({ $rate } %)
total = Итого

how-to-pay = Как вы хотите заплатить?
methods = Способы оплаты
method-card = Карта
method-bank = Банков{ "\u00AD" }ский перевод
method-gift = Пода{ "\u00AD" }рочная карта
method-cash = Налич{ "\u00AD" }ные
card-number = Номер карты
card-expiry = Срок действия
card-expiry-shape = ММ/ГГ
card-cvv = Код CVV
zip = Почтовый индекс
email = Эл. почта для чека
optional = (необязательно)
pay = Заплатить { $amount }
elsewhere = Вы завершите платёж на стороне провайдера.
elsewhere-sandbox = В тестовом режиме перехода к провайдеру нет: платёж сразу проходит.
save-card = Сохранить эту карту
later = Карта будет сохранена, и деньги будут списываться при каждом продлении подписки, пока вы её не отмените.
later-trial = Сейчас ничего не списывается. После пробного периода с сохранённой карты будет списываться { $amount } при каждом продлении подписки, пока вы её не отмените.
begin-free = Начать подписку

problems = Проверьте, пожалуйста, следующее
offline = Сервер не ответил. Попробуйте ещё раз: деньги не спишутся дважды.
card-number-missing = Введите номер карты (1016)
card-number-bad = Номер карты неверен (1015)
card-expiry-missing = Введите месяц и год
card-expiry-bad = Введите месяц и год, как на карте
card-expiry-refused = Срок действия карты истёк или указан неверно
card-cvv-missing = Введите код безопасности
card-cvv-bad = Введите 3 или 4 цифры кода безопасности
zip-missing = Введите почтовый индекс (1035)
zip-bad = Почтовый индекс неверен (1035)
email-bad = Адрес эл. почты неверен (1004)
method-bad = Этот способ оплаты недоступен. Выберите другой (3030)
last-declined = Прошлая попытка не удалась. Деньги не списаны.
last-poor = На карте не хватило денег. Деньги не списаны (1017)

test-cards = Тестовые карты
test-cards-hint = Здесь работают только эти карты. Они не настоящие.
test-ok = Успешно
test-3ds = Банк спросит подтверждение, успешно
test-poor = Отказ: недостаточно денег
test-3ds-declined = Банк спросит подтверждение и откажет
use = Взять
use-card = Взять карту { $number }

bank-name = Тестовый банк
bank-note = Имитация, часть тестового режима
bank-title = Это вы?
bank-lead = Банк просит подтвердить этот платёж.
shop = Продавец
amount = Сумма
card = Карта
password = Пароль
password-hint = Уже введён. С любым другим паролем платёж будет отклонён.
approve = Подтвердить платёж
decline = Отклонить

progress = Ход платежа
step-payment = Оплата
step-delivery = Доставка
step-done = Готово
invoice-title = Платёж обрабатывается
invoice-text = Это займёт немного времени. Страницу можно не закрывать.
delivering-title = Платёж получен
delivering-text = Сообщаем игре о вашей покупке.
done-title = Спасибо!
done-text = Покупка ждёт вас в игре.
started-title = Подписка началась
started-text = Ничего не списано. Подписка ждёт вас в игре.
first-charge = Первое списание
declined-title = Платёж отклонён
declined-refused = Банк не принял платёж. Деньги не списаны.
declined-poor = На этой карте недостаточно денег. Деньги не списаны.
declined-3ds = Платёж не был подтверждён. Деньги не списаны.
declined-expired = Банк не ответил вовремя. Деньги не списаны.
undelivered-title = Оплачено, но ещё не доставлено
undelivered-text = Платёж прошёл, но игра не приняла покупку. Сохраните чек и обратитесь в поддержку игры.
refunded-title = Деньги возвращены
refunded-text = Деньги за эту покупку возвращены.
try-again = Попробовать ещё раз
back-to-game = Вернуться в игру
going-back = Возвращаемся в игру через { $seconds } с
receipt = Чек
transaction = Транзакция
date = Дата
paid-with = Способ оплаты
key-for = Ключ: { $what }
item = Товар
player = Игрок
refunded = Возвращено
print = Печать

error-title = Эту страницу нельзя открыть
for-developers = Для разработчиков
error-token = Эта ссылка на оплату больше не действует. Вернитесь в игру и начните сначала.
hint-token = Токен неизвестен или старше 24 часов. Запрашивайте новый для каждого визита и передавайте его без изменений в access_token.
error-agreement = Эта игра пока не принимает платежи.
hint-agreement = Проект не активирован. Активируйте его или запрашивайте токены со значением sandbox в settings.mode.
error-nothing = Здесь нечего купить.
hint-nothing = В токене нет покупки, которую может провести этот сервер. Укажите purchase.checkout.amount и purchase.checkout.currency.
error-not-sold = Сейчас это не продаётся. Вернитесь в игру и выберите снова.
error-limit = У вас уже столько, сколько можно купить.
error-sold-out = Всё распродано. Деньги не списаны.
error-quantity = В таком количестве купить нельзя.
error-coupon = Этот купон использовать нельзя.
error-changed = Цена изменилась после открытия страницы. Деньги не списаны, посмотрите новую цену.
hint-refused = Покупка из токена отклонена: { $why }.
error-serverless = Эта игра не принимает платежи таким способом.
hint-serverless = Открывать страницу с access_data нельзя. Запросите токен на своём сервере и передайте его в access_token.
error-player = Игра не знает такого игрока. Войдите в игру снова и начните сначала.
hint-player = На вебхук user_validation пришла ошибка. Отвечайте 2xx для игроков, которым можно платить.
error-game = Игра сейчас не отвечает. Деньги не списаны, попробуйте чуть позже.
hint-game = На вебхук user_validation не было ответа. Проверьте адрес вебхуков проекта и что ответ приходит за секунды.
error-unavailable = Сейчас платёж завершить нельзя. Попробуйте чуть позже.
hint-unavailable = Платёжный провайдер или база данных не ответили. Подробности в журнале сервера.

tv-scan = Отсканируйте и оплатите с телефона
tv-bank = Банк просит подтверждение: продолжите на телефоне
tv-picture = QR-код, который открывает эту оплату на телефоне
tv-or-open = или откройте этот адрес на любом устройстве:
tv-once = Он работает один раз и 15 минут.
tv-opened = Открыто на другом устройстве
tv-opened-text = Оплатите там. Этот экран обновится сам.
tv-over = Срок действия кода истёк
tv-over-text = Деньги не списаны. Получите новый код, чтобы продолжить.
tv-new = Показать новый код
tv-saved = Или оплатите прямо здесь
tv-confirm = Оплатить этим способом?
tv-other = Выбрать другой способ
tv-ok = выбрать
tv-back = назад
tv-look = Оплата выполнена
tv-title = Оплата для телевизора
tv-continue-text = Продолжите оплату, которую показывает телевизор.
tv-continue = Продолжить
tv-type = Код на телевизоре
tv-unknown = Такого кода нет. Посмотрите на телевизор и введите его ещё раз.
tv-used = Этот код уже использован. Получите на телевизоре новый.
tv-expired = Срок действия кода истёк. Получите на телевизоре новый.
tv-too-often = Слишком много неверных кодов. Подождите минуту и попробуйте снова.

choose-place = Где вы играете в { $what }?
p2p-buy = Купить
p2p-from = от { $amount }
p2p-pre-order = Предзаказ
p2p-not-sold = Здесь не продаётся
p2p-thanks = Спасибо за поддержку!
p2p-tip = Поддержать разработчика
email-missing = Укажите адрес электронной почты: ключ придёт туда (1003)
error-too-often = Эту страницу слишком часто открывали с вашего адреса. Подождите минуту и попробуйте снова.
hint-too-often = При открытии с access_data каждый раз создаётся токен. Для игроков за одним адресом запрашивайте токены со своего сервера.

mail-subject = Ваша покупка в { $seller }
mail-thanks = Спасибо за покупку в { $seller }.
email-key = Адрес электронной почты для ключа

store = Магазин
store-choose = Что вы хотите купить?
store-items = Предметы
store-other = Другое
store-plans = Подписки
store-hundred = 100 { $currency }
store-amount = Любое количество: { $currency }
store-next = Далее
store-back = Выбрать другое
store-trial = { $days ->
    [one] Бесплатно { $days } день
    [few] Бесплатно { $days } дня
   *[other] Бесплатно { $days } дней
}
store-bonus = + { $amount } в подарок
praise-recommended = Популярное
praise-best-deal = Лучшая цена
praise-special = Спецпредложение
charged-once = { $price } один раз
every-day = каждый день
every-month = каждый месяц
every-days = { $n ->
    [one] каждый { $n } день
    [few] каждые { $n } дня
   *[other] каждые { $n } дней
}
every-months = { $n ->
    [one] каждый { $n } месяц
    [few] каждые { $n } месяца
   *[other] каждые { $n } месяцев
}
coupon = Есть купон?
coupon-code = Код купона
licence = Лицензионное соглашение

account = Ваш аккаунт
account-info = О вас
account-history = Покупки
account-cards = Сохранённые карты
account-email = Эл. почта
account-balance = Баланс
account-forget = Удалить { $name }
account-delete = Удалить
account-no-history = Покупок пока нет.
account-no-cards = Ничего не сохранено.
account-no-plans = Подписок нет.
plan-renews = Продлевается { $when }
plan-runs = Оплачено.
plan-ends = Заканчивается { $when }
plan-canceled = Отменена
plan-frozen = Приостановлена
plan-over = Завершена
plan-cancel = Отменить { $name }
plan-cancel-button = Отменить

country = Страна
currency = Валюта
region = Страна и валюта
region-choose = Выберите страну
region-apply = Применить
region-own = Валюта страны
error-country = Такой страны нет. Выберите страну из списка.
hint-country = Параметр country — это две заглавные буквы по ISO 3166-1.
error-currency = Такой валюты нет. Выберите валюту из списка.
hint-currency = Параметр currency — это три заглавные буквы по ISO 4217.

user-id = ID игрока
user-id-missing = Введите ID игрока (2205)
user-id-bad = Неверный ID игрока (2205)
user-name = Имя в игре
user-name-bad = Неверное имя (1030)
user-phone = Телефон
user-phone-bad = Неверный номер телефона (1006)
saved-none = Здесь можно заплатить только сохранённым способом, а сохранённых нет.
other-methods = Другие способы оплаты
charged-in = Списывается в { $currency }

change = Изменить
gift-title = Кому подарок?
gift-search = Поиск среди друзей
gift-find = Найти
gift-nobody = Никого не найдено.
gift-choose = Выбрать
gift-name = Назвать игрока
gift-name-hint = Имя или адрес электронной почты, по которым игра знает игрока.
gift-unknown = Игра не знает этого игрока, или подарить ему ничего нельзя (2205)
gift-to = Подарок для
error-receiver = Игра не знает, кому предназначен подарок. Выберите другого игрока.
error-host = Эта страница оплаты находится по другому адресу. Вернитесь в игру и начните заново.
hint-host = Токены с settings.mode sandbox открываются по адресу песочницы, остальные — по основному. Эти адреса задают настройки сервера public_url и sandbox_url.
error-too-little = Так мало купить нельзя.
ship-title = Куда отправить?
ship-name = Имя и фамилия
ship-name-missing = Введите имя и фамилию (1029)
ship-name-bad = Неверное имя (1030)
ship-street = Улица и дом
ship-city = Город
ship-region = Область или штат
ship-missing = Это поле нужно заполнить (1035)
ship-bad = Здесь ошибка (1035)
ship-to = Адрес доставки
