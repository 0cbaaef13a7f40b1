# עברית.

money = { $symbol }{ $gap }{ $number }
moment = { $day }.{ $month }.{ $year }, { $time } UTC

checkout = תשלום
summary = הרכישה שלכם
close = סגירה
language = שפה
sandbox = מצב בדיקה
sandbox-hint = זו בדיקה. לא מחויב שום סכום.
hint-no-webhook = לפרויקט הזה אין כתובת webhook, ולכן אף משחק לא נשאל על השחקן ולא מקבל הודעה על התשלום.
foot-safe = המשחק לעולם לא רואה את פרטי התשלום שלכם.

you-buy = אתם קונים
purchase = רכישה במשחק
for-player = עבור { $name }
price = מחיר
tax-included = כולל מס ({ $rate }%)
tax-added = מס מכירה ({ $rate }%)
total = סך הכול

how-to-pay = איך תרצו לשלם?
methods = אמצעי תשלום
method-card = כרטיס
method-bank = העברה בנקאית
method-gift = כרטיס מתנה
method-cash = מזומן
card-number = מספר כרטיס
card-expiry = בתוקף עד
card-expiry-shape = MM/YY
card-cvv = קוד אבטחה
zip = מיקוד
email = דוא״ל לקבלה
optional = (לא חובה)
pay = לתשלום { $amount }
elsewhere = תשלימו את התשלום אצל הספק.
elsewhere-sandbox = במצב בדיקה אין מעבר לספק: התשלום פשוט מצליח.
save-card = לשמור את הכרטיס לפעם הבאה
later = הכרטיס נשמר ומחויב בכל חידוש של המינוי, עד שתבטלו אותו.
later-trial = כרגע אין חיוב. אחרי תקופת הניסיון הכרטיס השמור מחויב ב־{ $amount } בכל חידוש של המינוי, עד שתבטלו אותו.
begin-free = להתחלת המינוי

problems = כדאי לבדוק את הפרטים הבאים
offline = השרת לא השיב. נסו שוב: לא תחויבו פעמיים.
card-number-missing = הזינו את מספר הכרטיס (1016)
card-number-bad = מספר הכרטיס שגוי (1015)
card-expiry-missing = הזינו חודש ושנה
card-expiry-bad = הזינו חודש ושנה כפי שמופיעים על הכרטיס
card-expiry-refused = תוקף הכרטיס פג, או שהתאריך אינו זה שעל הכרטיס
card-cvv-missing = הזינו את קוד האבטחה
card-cvv-bad = הזינו את 3 או 4 הספרות של קוד האבטחה
zip-missing = הזינו את המיקוד (1035)
zip-bad = המיקוד שגוי (1035)
email-bad = כתובת הדוא״ל שגויה (1004)
method-bad = אמצעי התשלום הזה אינו זמין. בחרו באמצעי אחר (3030)
last-declined = הניסיון האחרון לא התקבל. לא חויבתם.
last-poor = לא היה מספיק כסף בכרטיס. לא חויבתם (1017)

test-cards = כרטיסי בדיקה
test-cards-hint = רק הכרטיסים האלה פועלים כאן. הם אינם אמיתיים.
test-ok = מצליח
test-3ds = הבנק מבקש אישור, מצליח
test-poor = נדחה: אין מספיק כסף
test-3ds-declined = הבנק מבקש אישור, ודוחה
use = שימוש
use-card = שימוש בכרטיס { $number }

bank-name = בנק לבדיקה
bank-note = הדמיה, חלק ממצב הבדיקה
bank-title = זה אתם?
bank-lead = הבנק שלכם מבקש שתאשרו את התשלום הזה.
shop = חנות
amount = סכום
card = כרטיס
password = סיסמה
password-hint = כבר מולאה. כל סיסמה אחרת דוחה את התשלום.
approve = אישור התשלום
decline = דחייה

progress = התקדמות
step-payment = תשלום
step-delivery = מסירה
step-done = סיום
invoice-title = התשלום שלכם בטיפול
invoice-text = זה ייקח רגע. אפשר להשאיר את העמוד פתוח.
delivering-title = התשלום התקבל
delivering-text = המשחק מקבל כעת הודעה על הרכישה.
done-title = תודה!
done-text = הרכישה מחכה לכם במשחק.
started-title = המינוי התחיל
started-text = לא היה חיוב. המינוי מחכה לכם במשחק.
first-charge = חיוב ראשון
declined-title = התשלום נדחה
declined-refused = הבנק לא קיבל את התשלום. לא חויבתם.
declined-poor = אין מספיק כסף בכרטיס הזה. לא חויבתם.
declined-3ds = התשלום לא אושר. לא חויבתם.
declined-expired = הבנק לא השיב בזמן. לא חויבתם.
undelivered-title = שולם, אך עדיין לא נמסר
undelivered-text = התשלום עבר, אבל המשחק לא קיבל את הרכישה. שמרו את הקבלה ופנו לתמיכה של המשחק.
refunded-title = הוחזר
refunded-text = הכסף עבור הרכישה הזו הוחזר.
try-again = ניסיון נוסף
back-to-game = חזרה למשחק
going-back = חזרה למשחק בעוד { $seconds } שנ׳
receipt = קבלה
transaction = מספר עסקה
date = תאריך
paid-with = שולם באמצעות
key-for = מפתח עבור { $what }
item = פריט
player = שחקן
refunded = הוחזר
print = הדפסה

error-title = אי אפשר לפתוח את העמוד הזה
for-developers = למפתחים
error-token = קישור התשלום הזה אינו תקף עוד. חזרו למשחק והתחילו מחדש.
hint-token = האסימון אינו מוכר או שעברו יותר מ־24 שעות. בקשו אסימון חדש לכל ביקור והעבירו אותו ללא שינוי כ־access_token.
error-agreement = המשחק הזה עדיין אינו יכול לקבל תשלומים.
hint-agreement = הפרויקט אינו פעיל. הפעילו אותו, או בקשו אסימונים כאשר settings.mode הוא sandbox.
error-nothing = אין כאן מה לקנות.
hint-nothing = האסימון אינו מציין רכישה שהשרת הזה יכול למכור. הגדירו את purchase.checkout.amount ואת purchase.checkout.currency.
error-not-sold = זה לא למכירה כרגע. חזרו למשחק ובחרו שוב.
error-limit = כבר יש לכם את המספר המרבי שאפשר לקנות.
error-sold-out = אזל המלאי. לא היה חיוב.
error-quantity = אי אפשר לקנות בכמות הזו.
error-coupon = אי אפשר להשתמש בקופון הזה.
error-changed = המחיר השתנה מאז שנפתח העמוד. לא היה חיוב; ראו את המחיר החדש.
hint-refused = הרכישה שבאסימון נדחתה: { $why }.
error-serverless = המשחק הזה אינו יכול לקבל תשלומים בדרך הזו.
hint-serverless = פתיחת העמוד עם access_data כבויה. בקשו אסימון מהשרת שלכם והעבירו אותו כ־access_token.
error-player = המשחק אינו מכיר את השחקן הזה. התחברו שוב למשחק והתחילו מחדש.
hint-player = ל־webhook user_validation הוחזרה שגיאה. השיבו 2xx עבור שחקנים שרשאים לשלם.
error-game = המשחק אינו משיב כרגע. לא היה חיוב; נסו שוב בעוד זמן קצר.
hint-game = ל־webhook user_validation לא הייתה תשובה. בדקו את כתובת ה־webhook של הפרויקט ושהיא משיבה תוך שניות.
error-unavailable = אי אפשר להשלים את התשלום כעת. נסו שוב בעוד זמן קצר.
hint-unavailable = ספק התשלומים או מסד הנתונים לא השיבו. ביומן השרת יש פרטים נוספים.

tv-scan = סרקו כדי לשלם בטלפון
tv-bank = הבנק מבקש אישור: המשיכו בטלפון
tv-picture = קוד QR שפותח את התשלום הזה בטלפון
tv-or-open = או פתחו את הכתובת הזו בכל מכשיר:
tv-once = היא פועלת פעם אחת, במשך 15 דקות.
tv-opened = נפתח במכשיר אחר
tv-opened-text = שלמו שם. המסך הזה יתעדכן.
tv-over = תוקף הקוד פג
tv-over-text = לא היה חיוב. הציגו קוד חדש כדי להמשיך.
tv-new = הצגת קוד חדש
tv-saved = או שלמו ישר כאן
tv-confirm = לשלם כך?
tv-other = בחירה אחרת
tv-ok = בחירה
tv-back = חזרה
tv-look = שילמתי
tv-title = תשלום עבור הטלוויזיה
tv-continue-text = המשיכו בתשלום שמופיע בטלוויזיה.
tv-continue = המשך
tv-type = הקוד שבטלוויזיה
tv-unknown = אין קוד כזה. הביטו בטלוויזיה והקלידו שוב.
tv-used = הקוד הזה כבר נוצל. הציגו קוד חדש בטלוויזיה.
tv-expired = תוקף הקוד פג. הציגו קוד חדש בטלוויזיה.
tv-too-often = יותר מדי קודים שגויים. המתינו דקה ונסו שוב.

choose-place = היכן אתם משחקים ב־{ $what }?
p2p-buy = קנייה
p2p-from = החל מ־{ $amount }
p2p-pre-order = הזמנה מוקדמת
p2p-not-sold = לא נמכר כאן
p2p-thanks = תודה על התמיכה!
p2p-tip = תמיכה במפתחים
email-missing = הזינו את כתובת הדוא״ל שלכם: המפתח יישלח אליה (1003)
error-too-often = העמוד הזה נפתח יותר מדי פעמים מהחיבור שלכם. המתינו דקה ונסו שוב.
hint-too-often = פתיחת העמוד עם access_data יוצרת אסימון בכל פעם. עבור שחקנים שחולקים כתובת, בקשו אסימונים מהשרת שלכם.

mail-subject = הרכישה שלכם אצל { $seller }
mail-thanks = תודה על הרכישה אצל { $seller }.
email-key = כתובת דוא״ל לקבלת המפתח

store = חנות
store-choose = מה תרצו לקנות?
store-items = פריטים
store-other = אחר
store-plans = מינויים
store-hundred = 100 { $currency }
store-amount = כל כמות של { $currency }
store-next = המשך
store-back = בחירה אחרת
store-trial = { $days ->
    [one] יום אחד חינם
    [two] יומיים חינם
   *[other] { $days } ימים חינם
}
store-bonus = + { $amount } במתנה
praise-recommended = הכי פופולרי
praise-best-deal = הכי משתלם
praise-special = מבצע מיוחד
charged-once = { $price } באופן חד־פעמי
every-day = בכל יום
every-month = בכל חודש
every-days = { $n ->
    [one] בכל יום
    [two] כל יומיים
   *[other] כל { $n } ימים
}
every-months = { $n ->
    [one] בכל חודש
    [two] כל חודשיים
   *[other] כל { $n } חודשים
}
coupon = יש לכם קופון?
coupon-code = קוד קופון
licence = הסכם רישיון

account = החשבון שלכם
account-info = פרטים
account-history = רכישות
account-cards = כרטיסים שמורים
account-email = דוא״ל
account-balance = יתרה
account-forget = מחיקת { $name }
account-delete = מחיקה
account-no-history = עדיין לא נרכש דבר.
account-no-cards = לא נשמר דבר.
account-no-plans = אין מינויים.
plan-renews = מתחדש ב־{ $when }
plan-runs = שולם.
plan-ends = מסתיים ב־{ $when }
plan-canceled = בוטל
plan-frozen = מושהה
plan-over = הסתיים
plan-cancel = ביטול { $name }
plan-cancel-button = ביטול

country = מדינה
currency = מטבע
region = מדינה ומטבע
region-choose = בחרו את המדינה שלכם
region-apply = החלה
region-own = המטבע של המדינה
error-country = המדינה הזו אינה מוכרת. בחרו מדינה מהרשימה.
hint-country = הפרמטר country מקבל את שתי האותיות הגדולות לפי ISO 3166-1.
error-currency = המטבע הזה אינו מוכר. בחרו מטבע מהרשימה.
hint-currency = הפרמטר currency מקבל את שלוש האותיות הגדולות לפי ISO 4217.

user-id = מזהה שחקן
user-id-missing = יש להזין את מזהה השחקן (2205)
user-id-bad = מזהה השחקן אינו נכון (2205)
user-name = שם במשחק
user-name-bad = השם אינו נכון (1030)
user-phone = טלפון
user-phone-bad = מספר הטלפון אינו נכון (1006)
saved-none = כאן אפשר לשלם רק באמצעי שמור, ואין אמצעי שמור.
other-methods = דרכי תשלום אחרות
charged-in = החיוב ב-{ $currency }
change = שינוי
gift-title = למי זה מיועד?
gift-search = חיפוש בין החברים
gift-find = חיפוש
gift-nobody = לא נמצא איש.
gift-choose = בחירה
gift-name = ציון שחקן
gift-name-hint = השם או כתובת הדוא״ל שבהם המשחק מכיר את השחקן.
gift-unknown = המשחק אינו מכיר את השחקן, או שאי אפשר להעניק לו דבר (2205)
gift-to = מתנה עבור
error-receiver = המשחק אינו מכיר את מקבל המתנה. יש לבחור מישהו אחר.
error-host = דף התשלום נמצא בכתובת אחרת. יש לחזור למשחק ולהתחיל מחדש.
hint-host = אסימונים עם settings.mode sandbox נפתחים בכתובת של סביבת הבדיקה, וכל האחרים בכתובת האמיתית. הגדרות השרת public_url ו-sandbox_url אומרות מהן.
error-too-little = אי אפשר לקנות כמות קטנה כל כך.
ship-title = לאן לשלוח?
ship-name = שם מלא
ship-name-missing = יש להזין שם מלא (1029)
ship-name-bad = השם אינו נכון (1030)
ship-street = רחוב ומספר
ship-city = עיר
ship-region = מדינה או מחוז
ship-missing = שדה זה נדרש (1035)
ship-bad = שדה זה אינו נכון (1035)
ship-to = נשלח אל
