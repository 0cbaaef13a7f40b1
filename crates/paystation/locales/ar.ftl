# العربية.

money = { $symbol } { $number }
moment = { $day }‏/{ $month }‏/{ $year }، { $time } UTC

checkout = الدفع
summary = مشترياتك
close = إغلاق
language = اللغة
sandbox = وضع تجريبي
sandbox-hint = هذه تجربة. لن يُخصم أي مبلغ.
hint-no-webhook = لا يملك هذا المشروع عنوان webhook، لذلك لا تُسأل أي لعبة عن اللاعب ولا تُبلَّغ بالدفعة.
foot-safe = لا ترى اللعبة بيانات الدفع الخاصة بك أبدًا.

you-buy = أنت تشتري
purchase = عملية شراء داخل اللعبة
for-player = لـ { $name }
price = السعر
tax-included = الضريبة مشمولة ({ $rate }%)
tax-added = ضريبة المبيعات ({ $rate }%)
total = الإجمالي

how-to-pay = كيف تريد أن تدفع؟
methods = طرق الدفع
method-card = بطاقة
method-bank = تحويل مصرفي
method-gift = بطاقة هدايا
method-cash = نقدًا
card-number = رقم البطاقة
card-expiry = تاريخ الانتهاء
card-expiry-shape = MM/YY
card-cvv = رمز الأمان
zip = الرمز البريدي
email = البريد الإلكتروني لإيصال الدفع
optional = (اختياري)
pay = ادفع { $amount }
elsewhere = ستُكمل الدفع لدى مزوّد الخدمة.
elsewhere-sandbox = في الوضع التجريبي لن تنتقل إلى مزوّد الخدمة: تنجح الدفعة مباشرة.
save-card = احفظ هذه البطاقة للمرة القادمة
later = تُحفظ بطاقتك ويُخصم منها عند كل تجديد للاشتراك، إلى أن تلغيه.
later-trial = لن يُخصم شيء الآن. بعد الفترة التجريبية يُخصم { $amount } من بطاقتك المحفوظة عند كل تجديد للاشتراك، إلى أن تلغيه.
begin-free = ابدأ الاشتراك

problems = يرجى التحقق مما يلي
offline = لم يستجب الخادم. حاول مرة أخرى: لن يُخصم المبلغ مرتين.
card-number-missing = أدخل رقم البطاقة (1016)
card-number-bad = رقم البطاقة غير صحيح (1015)
card-expiry-missing = أدخل الشهر والسنة
card-expiry-bad = أدخل الشهر والسنة كما هما على البطاقة
card-expiry-refused = انتهت صلاحية هذه البطاقة، أو أن التاريخ لا يطابق ما عليها
card-cvv-missing = أدخل رمز الأمان
card-cvv-bad = أدخل رمز الأمان المكوّن من 3 أو 4 أرقام
zip-missing = أدخل الرمز البريدي (1035)
zip-bad = الرمز البريدي غير صحيح (1035)
email-bad = عنوان البريد الإلكتروني غير صحيح (1004)
method-bad = طريقة الدفع هذه غير متاحة. اختر طريقة أخرى (3030)
last-declined = لم تُقبل محاولتك الأخيرة. لم يُخصم أي مبلغ.
last-poor = لم يكن في البطاقة رصيد كافٍ. لم يُخصم أي مبلغ (1017)

test-cards = بطاقات تجريبية
test-cards-hint = لا تعمل هنا إلا هذه البطاقات. وهي ليست حقيقية.
test-ok = تنجح
test-3ds = يطلب البنك التأكيد، ثم تنجح
test-poor = مرفوضة: الرصيد غير كافٍ
test-3ds-declined = يطلب البنك التأكيد، ثم يرفض
use = استخدام
use-card = استخدام البطاقة { $number }

bank-name = بنك تجريبي
bank-note = محاكاة، جزء من الوضع التجريبي
bank-title = هل هذا أنت؟
bank-lead = يريد بنكك أن تؤكد هذه الدفعة.
shop = المتجر
amount = المبلغ
card = البطاقة
password = كلمة المرور
password-hint = معبّأة مسبقًا. أي كلمة مرور أخرى ترفض الدفعة.
approve = تأكيد الدفع
decline = رفض

progress = التقدّم
step-payment = الدفع
step-delivery = التسليم
step-done = تم
invoice-title = جارٍ معالجة دفعتك
invoice-text = سيستغرق هذا لحظة. يمكنك ترك الصفحة مفتوحة.
delivering-title = تم استلام الدفعة
delivering-text = يجري إبلاغ اللعبة بمشترياتك.
done-title = شكرًا لك!
done-text = مشترياتك في انتظارك داخل اللعبة.
started-title = بدأ اشتراكك
started-text = لم يُخصم أي مبلغ. اشتراكك في انتظارك داخل اللعبة.
first-charge = أول خصم
declined-title = رُفضت الدفعة
declined-refused = لم يقبل بنكك الدفعة. لم يُخصم أي مبلغ.
declined-poor = لا يوجد رصيد كافٍ في هذه البطاقة. لم يُخصم أي مبلغ.
declined-3ds = لم تُؤكَّد الدفعة. لم يُخصم أي مبلغ.
declined-expired = لم يرد البنك في الوقت المناسب. لم يُخصم أي مبلغ.
undelivered-title = تم الدفع، ولم يتم التسليم بعد
undelivered-text = تمت دفعتك، لكن اللعبة لم تقبل عملية الشراء. احتفظ بالإيصال وتواصل مع دعم اللعبة.
refunded-title = تم رد المبلغ
refunded-text = أُعيد مبلغ عملية الشراء هذه.
try-again = حاول مرة أخرى
back-to-game = العودة إلى اللعبة
going-back = العودة إلى اللعبة خلال { $seconds } ث
receipt = الإيصال
transaction = رقم المعاملة
date = التاريخ
paid-with = طريقة الدفع
key-for = مفتاح { $what }
item = المنتج
player = اللاعب
refunded = المبلغ المردود
print = طباعة

error-title = لا يمكن فتح هذه الصفحة
for-developers = للمطورين
error-token = لم يعد رابط الدفع هذا صالحًا. عُد إلى اللعبة وابدأ من جديد.
hint-token = الرمز المميز غير معروف أو مضى عليه أكثر من 24 ساعة. اطلب رمزًا جديدًا لكل زيارة ومرّره دون تغيير في access_token.
error-agreement = لا يمكن لهذه اللعبة تلقي المدفوعات بعد.
hint-agreement = المشروع غير مفعّل. فعّله، أو اطلب رموزًا مع ضبط settings.mode على sandbox.
error-nothing = لا يوجد هنا ما يمكن شراؤه.
hint-nothing = لا يحدد الرمز المميز عملية شراء يستطيع هذا الخادم بيعها. اضبط purchase.checkout.amount وpurchase.checkout.currency.
error-not-sold = هذا غير معروض للبيع حاليًا. عُد إلى اللعبة واختر من جديد.
error-limit = لديك بالفعل أقصى عدد يمكن شراؤه.
error-sold-out = نفدت الكمية. لم يُخصم أي مبلغ.
error-quantity = لا يمكن شراء هذه الكمية.
error-coupon = لا يمكن استخدام هذه القسيمة.
error-changed = تغيّر السعر منذ فتح هذه الصفحة. لم يُخصم أي مبلغ؛ اطّلع على السعر الجديد.
hint-refused = رُفضت عملية الشراء في الرمز المميز: { $why }.
error-serverless = لا يمكن لهذه اللعبة تلقي المدفوعات بهذه الطريقة.
hint-serverless = فتح الصفحة باستخدام access_data معطّل. اطلب رمزًا من خادمك ومرّره في access_token.
error-player = لا تعرف اللعبة هذا اللاعب. سجّل الدخول إلى اللعبة مجددًا وابدأ من جديد.
hint-player = تلقّى webhook user_validation ردًا بخطأ. أجب بـ 2xx للاعبين الذين يحق لهم الدفع.
error-game = لا تستجيب اللعبة حاليًا. لم يُخصم أي مبلغ؛ حاول مرة أخرى بعد قليل.
hint-game = لم يتلقَّ webhook user_validation أي رد. تحقق من عنوان webhook للمشروع ومن أنه يرد خلال ثوانٍ.
error-unavailable = لا يمكن إتمام الدفع الآن. حاول مرة أخرى بعد قليل.
hint-unavailable = لم يستجب مزوّد الدفع أو قاعدة البيانات. تجد المزيد في سجل الخادم.

tv-scan = امسح الرمز للدفع بهاتفك
tv-bank = يطلب بنكك التأكيد: تابع على هاتفك
tv-picture = رمز QR يفتح هذه الدفعة على الهاتف
tv-or-open = أو افتح هذا العنوان على أي جهاز:
tv-once = يعمل مرة واحدة، ولمدة 15 دقيقة.
tv-opened = فُتح على جهاز آخر
tv-opened-text = ادفع هناك. ستتابع هذه الشاشة تلقائيًا.
tv-over = انتهت صلاحية هذا الرمز
tv-over-text = لم يُخصم أي مبلغ. خذ رمزًا جديدًا للمتابعة.
tv-new = عرض رمز جديد
tv-saved = أو ادفع هنا مباشرة
tv-confirm = هل تدفع بهذه الطريقة؟
tv-other = اختيار طريقة أخرى
tv-ok = اختيار
tv-back = رجوع
tv-look = لقد دفعت
tv-title = ادفع لتلفازك
tv-continue-text = تابع الدفعة التي يعرضها تلفازك.
tv-continue = متابعة
tv-type = الرمز الظاهر على التلفاز
tv-unknown = لا يوجد رمز كهذا. انظر إلى التلفاز وأدخله مرة أخرى.
tv-used = استُخدم هذا الرمز من قبل. اعرض رمزًا جديدًا على التلفاز.
tv-expired = انتهت صلاحية هذا الرمز. اعرض رمزًا جديدًا على التلفاز.
tv-too-often = رموز خاطئة كثيرة جدًا. انتظر دقيقة ثم حاول مرة أخرى.

choose-place = أين تلعب { $what }؟
p2p-buy = شراء
p2p-from = من { $amount }
p2p-pre-order = طلب مسبق
p2p-not-sold = غير معروض للبيع هنا
p2p-thanks = شكرًا على دعمك!
p2p-tip = ادعم المطوّر
email-missing = أدخل عنوان بريدك الإلكتروني: سيُرسل المفتاح إليه (1003)
error-too-often = فُتحت هذه الصفحة مرات كثيرة جدًا من اتصالك. انتظر دقيقة ثم حاول مرة أخرى.
hint-too-often = فتح الصفحة باستخدام access_data ينشئ رمزًا في كل مرة. اطلب الرموز من خادمك للاعبين الذين يتشاركون عنوانًا واحدًا.

mail-subject = مشترياتك من { $seller }
mail-thanks = شكرًا على شرائك من { $seller }.
email-key = عنوان البريد الإلكتروني لمفتاحك

store = المتجر
store-choose = ماذا تريد أن تشتري؟
store-items = العناصر
store-other = أخرى
store-plans = الاشتراكات
store-hundred = 100 { $currency }
store-amount = أي كمية من { $currency }
store-next = متابعة
store-back = اختيار شيء آخر
store-trial = { $days ->
    [zero] مجانًا لمدة { $days } يوم
    [one] مجانًا ليوم واحد
    [two] مجانًا ليومين
    [few] مجانًا لمدة { $days } أيام
    [many] مجانًا لمدة { $days } يومًا
   *[other] مجانًا لمدة { $days } يوم
}
store-bonus = + { $amount } إضافية
praise-recommended = الأكثر رواجًا
praise-best-deal = أفضل صفقة
praise-special = عرض خاص
charged-once = { $price } مرة واحدة
every-day = كل يوم
every-month = كل شهر
every-days = { $n ->
    [zero] كل { $n } يوم
    [one] كل يوم
    [two] كل يومين
    [few] كل { $n } أيام
    [many] كل { $n } يومًا
   *[other] كل { $n } يوم
}
every-months = { $n ->
    [zero] كل { $n } شهر
    [one] كل شهر
    [two] كل شهرين
    [few] كل { $n } أشهر
    [many] كل { $n } شهرًا
   *[other] كل { $n } شهر
}
coupon = هل لديك قسيمة؟
coupon-code = رمز القسيمة
licence = اتفاقية الترخيص

account = حسابك
account-info = معلومات عنك
account-history = المشتريات
account-cards = البطاقات المحفوظة
account-email = البريد الإلكتروني
account-balance = الرصيد
account-forget = حذف { $name }
account-delete = حذف
account-no-history = لم يُشترَ شيء بعد.
account-no-cards = لا يوجد شيء محفوظ.
account-no-plans = لا توجد اشتراكات.
plan-renews = يتجدد في { $when }
plan-runs = مدفوع.
plan-ends = ينتهي في { $when }
plan-canceled = ملغى
plan-frozen = متوقف مؤقتًا
plan-over = منتهٍ
plan-cancel = إلغاء { $name }
plan-cancel-button = إلغاء

country = البلد
currency = العملة
region = البلد والعملة
region-choose = اختر بلدك
region-apply = تطبيق
region-own = عملة البلد
error-country = هذا البلد غير معروف. اختر بلدًا من القائمة.
hint-country = يأخذ المعامل country الحرفين الكبيرين وفق ISO 3166-1.
error-currency = هذه العملة غير معروفة. اختر عملة من القائمة.
hint-currency = يأخذ المعامل currency الأحرف الثلاثة الكبيرة وفق ISO 4217.

user-id = معرّف اللاعب
user-id-missing = أدخل معرّف اللاعب (2205)
user-id-bad = معرّف اللاعب هذا غير صحيح (2205)
user-name = الاسم في اللعبة
user-name-bad = هذا الاسم غير صحيح (1030)
user-phone = الهاتف
user-phone-bad = رقم الهاتف هذا غير صحيح (1006)
saved-none = لا يمكن الدفع هنا إلا بوسيلة محفوظة، ولا توجد وسيلة محفوظة.
other-methods = طرق دفع أخرى
charged-in = يُحصَّل بعملة { $currency }
change = تغيير
gift-title = لمن هذه الهدية؟
gift-search = ابحث بين أصدقائك
gift-find = بحث
gift-nobody = لم يُعثر على أحد.
gift-choose = اختيار
gift-name = اذكر لاعبًا
gift-name-hint = الاسم أو البريد الإلكتروني الذي تعرف به اللعبة هذا اللاعب.
gift-unknown = اللعبة لا تعرف هذا اللاعب، أو لا يمكن إهداؤه شيئًا (2205)
gift-to = هدية إلى
error-receiver = اللعبة لا تعرف من سيتلقى هذه الهدية. اختر شخصًا آخر.
error-host = صفحة الدفع هذه على عنوان آخر. عد إلى اللعبة وابدأ من جديد.
hint-host = تُفتح الرموز ذات settings.mode sandbox على عنوان بيئة الاختبار، وكل ما سواها على العنوان الحقيقي. يحددهما إعدادا الخادم public_url و sandbox_url.
error-too-little = لا يمكن شراء كمية صغيرة كهذه.
ship-title = إلى أين يُرسَل؟
ship-name = الاسم الكامل
ship-name-missing = أدخل الاسم الكامل (1029)
ship-name-bad = هذا الاسم غير صحيح (1030)
ship-street = الشارع والرقم
ship-city = المدينة
ship-region = الولاية أو المقاطعة
ship-missing = هذا الحقل مطلوب (1035)
ship-bad = هذا الحقل غير صحيح (1035)
ship-to = يُرسَل إلى
