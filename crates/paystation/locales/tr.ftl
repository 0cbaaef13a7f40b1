# Türkçe.

money = { $symbol }{ $gap }{ $number }
moment = { $day }.{ $month }.{ $year } { $time } UTC

checkout = Ödeme
summary = Satın alma işleminiz
close = Kapat
language = Dil
sandbox = Test modu
sandbox-hint = Bu bir testtir. Para çekilmez.
hint-no-webhook = Bu projenin webhook adresi yok; bu yüzden hiçbir oyuna oyuncu sorulmaz ve ödeme bildirilmez.
foot-safe = Oyun, ödeme bilgilerinizi asla görmez.

you-buy = Satın alıyorsunuz
purchase = Oyun içi satın alma
for-player = { $name } için
price = Fiyat
tax-included = Dahil olan vergi (%{ $rate })
tax-added = Satış vergisi (%{ $rate })
total = Toplam

how-to-pay = Nasıl ödemek istersiniz?
methods = Ödeme yöntemleri
method-card = Kart
method-bank = Banka havalesi
method-gift = Hediye kartı
method-cash = Nakit
card-number = Kart numarası
card-expiry = Son kullanma
card-expiry-shape = AA/YY
card-cvv = Güvenlik kodu
zip = Posta kodu
email = Makbuz için e-posta
optional = (isteğe bağlı)
pay = { $amount } öde
elsewhere = Ödemeyi sağlayıcının sayfasında tamamlayacaksınız.
elsewhere-sandbox = Test modunda sağlayıcıya yönlendirilmezsiniz: ödeme doğrudan başarılı olur.
save-card = Bu kartı bir sonraki sefer için kaydet
later = Kartınız kaydedilir ve siz iptal edene kadar aboneliğin her yenilenmesinde tahsilat yapılır.
later-trial = Şimdi hiçbir ücret alınmaz. Deneme süresinden sonra, siz iptal edene kadar aboneliğin her yenilenmesinde kayıtlı kartınızdan { $amount } çekilir.
begin-free = Aboneliği başlat

problems = Lütfen şunları kontrol edin
offline = Sunucu yanıt vermedi. Yeniden deneyin: iki kez ücret alınmaz.
card-number-missing = Kart numarasını girin (1016)
card-number-bad = Bu kart numarası doğru değil (1015)
card-expiry-missing = Ay ve yılı girin
card-expiry-bad = Ay ve yılı kartta yazdığı gibi girin
card-expiry-refused = Bu kartın süresi dolmuş ya da tarih karttakiyle aynı değil
card-cvv-missing = Güvenlik kodunu girin
card-cvv-bad = Güvenlik kodunun 3 veya 4 hanesini girin
zip-missing = Posta kodunu girin (1035)
zip-bad = Bu posta kodu doğru değil (1035)
email-bad = Bu e-posta adresi doğru değil (1004)
method-bad = Bu ödeme yöntemi kullanılamıyor. Başka bir tane seçin (3030)
last-declined = Son denemeniz kabul edilmedi. Ücret alınmadı.
last-poor = Kartta yeterli para yoktu. Ücret alınmadı (1017)

test-cards = Test kartları
test-cards-hint = Burada yalnızca bu kartlar çalışır. Gerçek değillerdir.
test-ok = Başarılı
test-3ds = Banka onay ister, başarılı
test-poor = Reddedilir: yetersiz bakiye
test-3ds-declined = Banka onay ister, reddeder
use = Kullan
use-card = { $number } numaralı kartı kullan

bank-name = Test bankası
bank-note = Simülasyon, test modunun bir parçası
bank-title = Bu siz misiniz?
bank-lead = Bankanız bu ödemeyi onaylamanızı istiyor.
shop = Satıcı
amount = Tutar
card = Kart
password = Parola
password-hint = Önceden dolduruldu. Başka bir parola ödemeyi reddeder.
approve = Ödemeyi onayla
decline = Reddet

progress = İlerleme
step-payment = Ödeme
step-delivery = Teslimat
step-done = Tamam
invoice-title = Ödemeniz işleniyor
invoice-text = Biraz zaman alabilir. Sayfayı açık bırakabilirsiniz.
delivering-title = Ödeme alındı
delivering-text = Satın alma işleminiz oyuna bildiriliyor.
done-title = Teşekkürler!
done-text = Satın aldıklarınız oyunda sizi bekliyor.
started-title = Aboneliğiniz başladı
started-text = Ücret alınmadı. Aboneliğiniz oyunda sizi bekliyor.
first-charge = İlk tahsilat
declined-title = Ödeme reddedildi
declined-refused = Bankanız ödemeyi kabul etmedi. Ücret alınmadı.
declined-poor = Bu kartta yeterli para yok. Ücret alınmadı.
declined-3ds = Ödeme onaylanmadı. Ücret alınmadı.
declined-expired = Banka zamanında yanıt vermedi. Ücret alınmadı.
undelivered-title = Ödendi, ancak henüz teslim edilmedi
undelivered-text = Ödemeniz gerçekleşti ama oyun satın alma işlemini kabul etmedi. Makbuzu saklayın ve oyunun destek ekibiyle iletişime geçin.
refunded-title = İade edildi
refunded-text = Bu satın alma işleminin parası geri verildi.
try-again = Yeniden dene
back-to-game = Oyuna dön
going-back = { $seconds } sn içinde oyuna dönülüyor
receipt = Makbuz
transaction = İşlem
date = Tarih
paid-with = Ödeme yöntemi
key-for = { $what } anahtarı
item = Ürün
player = Oyuncu
refunded = Geri verildi
print = Yazdır

error-title = Bu sayfa açılamıyor
for-developers = Geliştiriciler için
error-token = Bu ödeme bağlantısı artık geçerli değil. Oyuna dönüp yeniden başlayın.
hint-token = Belirteç bilinmiyor ya da 24 saatten eski. Her ziyaret için yenisini isteyin ve değiştirmeden access_token olarak iletin.
error-agreement = Bu oyun henüz ödeme alamıyor.
hint-agreement = Proje etkin değil. Etkinleştirin ya da settings.mode değeri sandbox olan belirteçler isteyin.
error-nothing = Burada satın alınacak bir şey yok.
hint-nothing = Belirteç, bu sunucunun satabileceği bir ürün belirtmiyor. purchase.checkout.amount ve purchase.checkout.currency değerlerini ayarlayın.
error-not-sold = Bu ürün şu anda satışta değil. Oyuna dönüp yeniden seçin.
error-limit = Bunlardan satın alınabilecek kadarına zaten sahipsiniz.
error-sold-out = Tükendi. Ücret alınmadı.
error-quantity = Bu miktarda satın alınamaz.
error-coupon = Bu kupon kullanılamaz.
error-changed = Sayfa açıldıktan sonra fiyat değişti. Ücret alınmadı; yeni fiyata bakın.
hint-refused = Belirteçteki satın alma reddedildi: { $why }.
error-serverless = Bu oyun bu yolla ödeme alamıyor.
hint-serverless = Sayfanın access_data ile açılması kapalı. Sunucunuzdan bir belirteç isteyin ve access_token olarak iletin.
error-player = Oyun bu oyuncuyu tanımıyor. Oyunda yeniden oturum açıp baştan başlayın.
hint-player = user_validation webhook’una hata yanıtı verildi. Ödeme yapabilecek oyuncular için 2xx yanıtı verin.
error-game = Oyun şu anda yanıt vermiyor. Ücret alınmadı; birazdan yeniden deneyin.
hint-game = user_validation webhook’u yanıt almadı. Projenin webhook adresini ve birkaç saniye içinde yanıt verdiğini kontrol edin.
error-unavailable = Ödeme şu anda tamamlanamıyor. Birazdan yeniden deneyin.
hint-unavailable = Ödeme sağlayıcısı veya veritabanı yanıt vermedi. Ayrıntılar sunucu günlüğünde.

tv-scan = Telefonunuzla ödemek için tarayın
tv-bank = Bankanız onay istiyor: telefonunuzda devam edin
tv-picture = Bu ödemeyi telefonda açan QR kodu
tv-or-open = ya da bu adresi başka bir cihazda açın:
tv-once = Bir kez ve 15 dakika boyunca geçerlidir.
tv-opened = Başka bir cihazda açıldı
tv-opened-text = Orada ödeyin. Bu ekran kendiliğinden güncellenir.
tv-over = Bu kodun süresi doldu
tv-over-text = Ücret alınmadı. Devam etmek için yenisini alın.
tv-new = Yeni kod göster
tv-saved = Ya da doğrudan burada ödeyin
tv-confirm = Bununla ödensin mi?
tv-other = Başka bir şey seç
tv-ok = seç
tv-back = geri
tv-look = Ödedim
tv-title = Televizyonunuz için ödeyin
tv-continue-text = Televizyonunuzun gösterdiği ödemeyle devam edin.
tv-continue = Devam et
tv-type = Televizyondaki kod
tv-unknown = Böyle bir kod yok. Televizyona bakıp yeniden yazın.
tv-used = Bu kod zaten kullanıldı. Televizyonda yenisini açın.
tv-expired = Bu kodun süresi doldu. Televizyonda yenisini açın.
tv-too-often = Çok fazla yanlış kod girildi. Bir dakika bekleyip yeniden deneyin.

choose-place = { $what } oyununu nerede oynuyorsunuz?
p2p-buy = Satın al
p2p-from = { $amount } fiyatından başlayan
p2p-pre-order = Ön sipariş
p2p-not-sold = Burada satılmıyor
p2p-thanks = Bahşişiniz için teşekkürler!
p2p-tip = Geliştiriciye bahşiş
email-missing = E-posta adresinizi girin: anahtar oraya gönderilir (1003)
error-too-often = Bu sayfa bağlantınızdan çok sık açıldı. Bir dakika bekleyip yeniden deneyin.
hint-too-often = Sayfayı access_data ile açmak her seferinde bir belirteç oluşturur. Aynı adresi paylaşan oyuncular için belirteçleri sunucunuzdan isteyin.

mail-subject = { $seller } satın alma işleminiz
mail-thanks = { $seller } üzerinden yaptığınız alışveriş için teşekkürler.
email-key = Anahtarınız için e-posta adresi

store = Mağaza
store-choose = Ne almak istersiniz?
store-items = Eşyalar
store-other = Diğer
store-plans = Abonelikler
store-hundred = 100 { $currency }
store-amount = Dilediğiniz kadar { $currency }
store-next = Devam
store-back = Başka bir şey seç
store-trial = { $days ->
    [one] { $days } gün ücretsiz
   *[other] { $days } gün ücretsiz
}
store-bonus = + { $amount } hediye
praise-recommended = En popüler
praise-best-deal = En iyi fiyat
praise-special = Özel teklif
charged-once = { $price }, bir kez
every-day = her gün
every-month = her ay
every-days = { $n ->
    [one] her gün
   *[other] { $n } günde bir
}
every-months = { $n ->
    [one] her ay
   *[other] { $n } ayda bir
}
coupon = Kuponunuz var mı?
coupon-code = Kupon kodu
licence = Lisans sözleşmesi

account = Hesabınız
account-info = Hakkınızda
account-history = Satın alınanlar
account-cards = Kayıtlı kartlar
account-email = E-posta
account-balance = Bakiye
account-forget = { $name } sil
account-delete = Sil
account-no-history = Henüz bir şey satın alınmadı.
account-no-cards = Kayıtlı bir şey yok.
account-no-plans = Abonelik yok.
plan-renews = { $when } tarihinde yenilenir
plan-runs = Ödendi.
plan-ends = { $when } tarihinde biter
plan-canceled = İptal edildi
plan-frozen = Duraklatıldı
plan-over = Sona erdi
plan-cancel = { $name } aboneliğini iptal et
plan-cancel-button = İptal et

country = Ülke
currency = Para birimi
region = Ülke ve para birimi
region-choose = Ülkenizi seçin
region-apply = Uygula
region-own = Ülkenin para birimi
error-country = Bu ülke tanınmıyor. Listeden birini seçin.
hint-country = country parametresi, ISO 3166-1’deki iki büyük harfi alır.
error-currency = Bu para birimi tanınmıyor. Listeden birini seçin.
hint-currency = currency parametresi, ISO 4217’deki üç büyük harfi alır.
