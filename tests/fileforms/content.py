"""Made-up text in many styles and languages: seeded, worded for these forms, never the same twice in one form."""

from __future__ import annotations

import random
from collections.abc import Iterator


def _parts(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split("|"))


# Style: what a sentence begins with, what follows, how it ends; the parts, joined, make the sentence.
_STYLES: dict[str, tuple[str, str, str, str, str]] = {
    # name: (openings, middles, closings, between the parts, at the end)
    "review": (
        "The second part | My brother's copy | This old story | The whole cast | Almost every scene"
        " | The music "
        "| What they sell here | The new version | Our evening with it | That famous ending",
        "drags on for an hour | made us laugh out loud | costs more than it gives | is better than the first "
        "| left me cold | feels honest and warm | was packed with care | falls apart too soon"
        " | has real charm "
        "| forgets its own plot",
        "and I would not go again | and the children loved it | although the price was fair"
        " | so we left early "
        "| and it stays with you | if you have the patience | but the middle is weak"
        " | which nobody had expected "
        "| and that is enough for me | even on a small screen",
        " ",
        ".",
    ),
    "tweet": (
        "@skyways thanks | @northjet why | Still waiting at the gate | @skyways my bag | Flight 212 again "
        "| @northjet you guys | So happy today | Third delay this week | The crew on board | @skyways please",
        "is the best thing | is nowhere to be found | for the quick answer | never picks up the phone "
        "| made my whole trip | lost another hour | was late and rude | sorted it in a minute"
        " | and no word from you "
        "| keeps me on hold",
        "#travel | #fail | love it | come on | seriously | see you soon | never again | good job | so tired | wow",
        " ",
        "!",
    ),
    "headline": (
        "City council | Three rivers | Young striker | Small banks | Phone maker | Island state | Two labs "
        "| Farmers' union | Old harbour | Train drivers",
        "plan wider roads | warn of dry summer | wins late in the match | raise their rates"
        " | shows thinner screen "
        "| votes on new treaty | map the deep sea | asks for cheaper fuel | opens after repair"
        " | call for a strike",
        "as costs climb | after long talks | before the autumn | in quiet vote | despite the rain "
        "| for the first time | at record pace | under new law | amid doubts | near the border",
        " ",
        "",
    ),
    "question": (
        "How do I | Where can we | Why does my phone | What is the best way to | When should I | Can anybody "
        "| Is it safe to | How long does it take to | Who may | Which tool will",
        "change a lost card | learn to swim | lose its charge | store fresh bread | plant young trees "
        "| read an old map | move money abroad | repair a torn sail | write a short will"
        " | measure a curved wall",
        "at home | in one week | without help | when it is cold | for a beginner | in the north | by myself "
        "| after work | on a small budget | before the holidays",
        " ",
        "?",
    ),
    "sms": (
        "Hey are you | Ok lar i will | Free entry to | Your mobile has | Did you | Call now to | Sorry i am"
        " | U have won "
        "| Tell mum that | Urgent we tried to",
        "coming to the match | pick up the bread | claim a weekly prize | been upgraded for free"
        " | leave the keys "
        "| win a music player | still in the meeting | two tickets waiting | reach you all day"
        " | finish the paper",
        "tonight | at 5 | txt YES to 80012 | before noon | ok | and bring a friend | reply STOP to end"
        " | in town "
        "| thanks | as you said",
        " ",
        "",
    ),
    "plain": (
        "The keeper of the lighthouse | A narrow lane | Her oldest cousin | The winter of that year"
        " | No letter "
        "| The miller's dog | An empty cart | Our teacher | The second bell | A grey heron",
        "stood a long while by the gate | had never seen the sea | came slowly down the hill "
        "| brought news of the harvest | kept its silence | waited for the ferry | turned towards the wood "
        "| spoke of quieter days | found the door unlocked | rested under the bridge",
        "before anyone was awake | and thought nothing of it | as the mist began to lift"
        " | with a lamp in hand "
        "| until the rain had passed | for reasons of its own | in spite of the cold | without a single word "
        "| when the market closed | and was not missed",
        " ",
        ".",
    ),
    "zh": (
        "这家店的服务 | 昨天收到的手机 | 酒店的早餐 | 新买的那本书 | 前台的工作人员 | 送来的外卖"
        " | 房间里的空调 | 这款洗衣机 | 楼下的停车场 | 他们家的面条",
        "比想象中好很多 | 让人非常失望 | 跟图片不太一样 | 性价比还可以 | 已经坏了两次 | 味道有点咸"
        " | 做得很用心 | 等了一个多小时 | 干净又安静 | 完全没有问题",
        "下次还会再来 | 不建议大家购买 | 家里人都很喜欢 | 希望能够改进 | 总体来说满意 | 客服也不回复"
        " | 值得推荐给朋友 | 以后不会再去了 | 价格也算合理 | 退货又很麻烦",
        "，",
        "。",
    ),
    "zhnews": (
        "北方多个城市 | 国家女子排球队 | 新款电动汽车 | 两所大学 | 央行本周 | 沿海港口 | 一部老电影"
        " | 山区小学 | 智能手表 | 股票市场",
        "迎来大范围降雪 | 三比一战胜对手 | 续航超过八百公里 | 联合发布研究成果 | 下调贷款利率 | 恢复正常通航"
        " | 重新上映受欢迎 | 用上新的操场 | 销量明显增长 | 午后小幅上涨",
        "专家解读原因 | 教练接受采访 | 价格尚未公布 | 引发广泛关注 | 影响有多大 | 居民表示支持 | 网友纷纷点赞"
        " | 孩子们很开心 | 分析师看好前景 | 成交量放大",
        " ",
        "",
    ),
    "zhq": (
        "怎么 | 为什么不能 | 什么时候可以 | 在哪里能 | 如何才能 | 可不可以 | 我想 | 请问怎样 | 多久能 | 谁可以",
        "修改银行卡密码 | 提前还清借款 | 查询账单明细 | 申请提高额度 | 注销我的账户 | 更换手机号码"
        " | 取消自动扣款 | 收到验证码 | 开通花呗分期 | 重新绑定邮箱",
        "需要什么材料 | 要等几天 | 会收手续费吗 | 周末也行吗 | 有没有限制 | 客服没人接 | 在手机上操作"
        " | 之前试过不行 | 谢谢 | 请尽快回复",
        "，",
        "？",
    ),
    "de": (
        "Der neue Drucker | Die Lieferung | Unser Zimmer | Das Gerät | Der Kundendienst | Die Bedienung"
        " | Mein Paket "
        "| Das Frühstück | Die Anleitung | Der Akku",
        "kam drei Tage zu spät | läuft seit Wochen ohne Fehler | war größer als gedacht"
        " | hält, was er verspricht "
        "| ließ sich nicht öffnen | gefällt der ganzen Familie | wurde freundlich erklärt"
        " | ist leider schon kaputt "
        "| kostet etwas zu viel | schmeckt wirklich köstlich",
        "und wir kommen gern wieder | was sehr ärgerlich ist | trotz der hohen Gebühr"
        " | für diesen Preis in Ordnung "
        "| und niemand ruft zurück | obwohl es regnete | wie schon im letzten Jahr | ohne jede Begründung "
        "| und das täglich | so wie beschrieben",
        " ",
        ".",
    ),
    "fr": (
        "La livraison | Le serveur | Notre chambre | Ce téléphone | Le petit déjeuner | L'équipe | Mon colis "
        "| La nouvelle série | Le café | La réponse",
        "est arrivée très tard | était toujours souriant | donnait sur la forêt | tombe déjà en panne "
        "| a déçu toute la famille | a été à la hauteur | manque un peu de goût"
        " | coûte plus cher qu'ailleurs "
        "| mérite le détour | n'a jamais été envoyée",
        "et nous reviendrons | c'est bien dommage | malgré le prix élevé | sans aucune excuse"
        " | comme l'été dernier "
        "| pour un prix honnête | même le dimanche | et c'était parfait | à éviter | après trois appels",
        " ",
        ".",
    ),
    "es": (
        "El pedido | La habitación | Este teléfono | El camarero | La película | Mi maleta | El niño | La señal",
        "llegó muy tarde | tenía una vista preciosa | se rompió en dos días | fue muy amable"
        " | aburre desde el "
        "principio | nunca apareció | disfrutó muchísimo | no funciona mañana y noche",
        "y no volveré | lo recomiendo | por ese precio está bien | qué lástima | otra vez | como siempre"
        " | gracias "
        "| sin explicación",
        " ",
        ".",
    ),
    "ru": (
        "Новый телефон | Доставка | Этот фильм | Номер в гостинице | Сотрудник | Моя посылка | Завтрак | Вторая книга",
        "пришла очень поздно | работает без ошибок | оказался скучным | был чистым и тихим | ответил вежливо "
        "| потерялась в пути | понравился детям | стоит слишком дорого",
        "и мы довольны | больше не закажу | всем советую | к сожалению | как и раньше | без объяснений "
        "| за такие деньги | ещё раз",
        " ",
        ".",
    ),
    "ja": (
        "この映画は | 新しい携帯は | 朝ごはんが | 店員さんが | 昨日届いた本は | 部屋の窓は | 電車の中は"
        " | 二回目の公演は",
        "思ったより長くて | とても親切で | すぐに壊れて | 静かで広くて | 値段が高くて | 話が分かりやすくて"
        " | 味が薄くて | 音が大きくて",
        "満足しました | がっかりしました | また行きたいです | お勧めしません | 家族も喜びました"
        " | 少し残念です | 最高でした | もう買いません",
        "",
        "。",
    ),
    "ko": (
        "이 영화는 | 새로 산 전화기가 | 아침 식사가 | 직원들이 | 두 번째 책은 | 방에서 보는 경치가 | 배송이"
        " | 마지막 장면은",
        "생각보다 길고 | 정말 친절하고 | 금방 고장 나서 | 조용하고 넓어서 | 값이 너무 비싸서"
        " | 이야기가 쉬워서 | 맛이 없어서 | 소리가 커서",
        "만족합니다 | 실망했어요 | 또 가고 싶어요 | 추천하지 않아요 | 가족도 좋아했어요 | 조금 아쉬워요"
        " | 최고예요 | 다시는 안 사요",
        " ",
        ".",
    ),
    "ar": (
        "الفيلم الجديد | خدمة الفندق | هذا الهاتف | طعام الصباح | الكتاب الثاني | موظف الاستقبال | الطلب | الغرفة",
        "كان أطول من اللازم | وصل متأخرا جدا | يعمل بلا مشاكل | أعجب الأطفال كثيرا | خيب أملي | يستحق السعر "
        "| لم يكن نظيفا | كان هادئا وجميلا",
        "ولن أعود | وأنصح به | مثل العام الماضي | للأسف | شكرا لكم | مرة أخرى | بهذا السعر | دون سبب",
        " ",
        ".",
    ),
    "hi": (
        "यह फ़िल्म | नया फ़ोन | होटल का कमरा | सुबह का नाश्ता | दूसरी किताब | दुकान के लोग | मेरा सामान | आख़िरी दृश्य",
        "बहुत लंबी लगी | देर से पहुँचा | बिना रुके चलता है | बच्चों को पसंद आया | पैसे के लायक नहीं"
        " | साफ़ और शांत था "
        "| जल्दी ख़राब हुआ | दिल को छू गया",
        "फिर आएँगे | सलाह नहीं दूँगा | धन्यवाद | पिछले साल जैसा | अफ़सोस है | सबको दिखाइए | इस दाम में | बिना कारण",
        " ",
        "।",
    ),
    "vi": (
        "Bộ phim này | Điện thoại mới | Phòng khách sạn | Bữa sáng | Nhân viên | Đơn hàng | Quyển sách | Quán ăn",
        "dài hơn tôi nghĩ | giao rất chậm | sạch sẽ và yên tĩnh | làm bọn trẻ thích | đáng đồng tiền"
        " | hay hỏng "
        "| phục vụ nhiệt tình | không có vị",
        "sẽ quay lại | rất thất vọng | cảm ơn nhiều | không nên mua | như năm ngoái | với giá đó | thật tiếc"
        " | tuyệt vời",
        " ",
        ".",
    ),
    # Scripts without spaces between words.
    "th": (
        "ร้านนี้ | อาหารเช้า | โทรศัพท์เครื่องใหม่ | พนักงาน | ห้องพัก | หนังเรื่องนี้ | เมื่อวานเรา | แม่ของฉัน | การส่งของ | กาแฟที่นี่",
        "อร่อยมาก | ช้ากว่าที่คิด | ไม่เหมือนในรูป | บริการดี | ราคาแพงเกินไป | เงียบและสะอาด"
        " | เสียตั้งแต่วันแรก | ชอบที่สุด | รอนานสองชั่วโมง | สนุกมาก",
        "จะมาอีกแน่นอน | ไม่แนะนำ | ทุกคนพอใจ | ควรปรับปรุง | คุ้มราคา | ผิดหวังจริงๆ | ขอบคุณครับ | น่าเสียดาย | เด็กๆชอบ | ครั้งเดียวพอ",
        "",
        "",
    ),
    "km": (
        "ហាងនេះ | អាហារពេលព្រឹក | ទូរស័ព្ទថ្មី | បុគ្គលិក | បន្ទប់ | រឿងនេះ | ម្សិលមិញយើង | ម្តាយខ្ញុំ",
        "ឆ្ងាញ់ណាស់ | យឺតជាងគិត | មិនដូចរូបភាព | សេវាកម្មល្អ | ថ្លៃពេក | ស្អាតនិងស្ងាត់ | ខូចពីថ្ងៃដំបូង | រង់ចាំយូរ",
        "នឹងមកម្តងទៀត | មិនណែនាំទេ | គ្រប់គ្នាពេញចិត្ត | គួរកែលម្អ | សមនឹងតម្លៃ | ខកចិត្តណាស់ | អរគុណ | គួរឲ្យស្តាយ",
        "",
        "។",
    ),
    "my": (
        "ဒီဆိုင်က | မနက်စာက | ဖုန်းအသစ်က | ဝန်ထမ်းတွေက | အခန်းက | ဒီရုပ်ရှင်က | မနေ့ကကျွန်တော်တို့ | အမေက",
        "အရမ်းကောင်းတယ် | ထင်တာထက်နှေးတယ် | ပုံနဲ့မတူဘူး | ဝန်ဆောင်မှုကောင်းတယ် | ဈေးကြီးလွန်းတယ်"
        " | သန့်ရှင်းပြီးတိတ်ဆိတ်တယ် | ပထမနေ့ကတည်းကပျက်တယ် | အကြာကြီးစောင့်ရတယ်",
        "နောက်တစ်ခါလာမယ် | မညွှန်းပါဘူး | အားလုံးကျေနပ်တယ် | ပြင်သင့်တယ် | တန်တယ် | စိတ်ပျက်တယ် | ကျေးဇူးပါ | နှမြောစရာပဲ",
        "",
        "။",
    ),
    "lo": (
        "ຮ້ານນີ້ | ອາຫານເຊົ້າ | ໂທລະສັບໃໝ່ | ພະນັກງານ | ຫ້ອງພັກ | ໜັງເລື່ອງນີ້ | ມື້ວານພວກເຮົາ | ແມ່ຂອງຂ້ອຍ",
        "ແຊບຫຼາຍ | ຊ້າກວ່າທີ່ຄິດ | ບໍ່ຄືໃນຮູບ | ບໍລິການດີ | ລາຄາແພງເກີນໄປ | ສະອາດແລະງຽບ | ເພຕັ້ງແຕ່ມື້ທຳອິດ | ລໍຖ້າດົນ",
        "ຈະມາອີກ | ບໍ່ແນະນຳ | ທຸກຄົນພໍໃຈ | ຄວນປັບປຸງ | ຄຸ້ມຄ່າ | ຜິດຫວັງແທ້ | ຂອບໃຈ | ເສຍດາຍ",
        "",
        "",
    ),
    "bo": (
        "ཚོང་ཁང་འདི་ | ཞོགས་པའི་ཟས་ | ཁ་པར་གསར་པ་ | ལས་བྱེད་པ་ | ཁང་མིག་ | གློག་བརྙན་འདི་ | ཁ་སང་ང་ཚོས་ | ང་ཡི་ཨ་མ་",
        "ཞིམ་པོ་འདུག་ | བསམ་པ་ལས་དལ་པོ་ | པར་དང་མི་འདྲ་ | ཞབས་ཞུ་ཡག་པོ་ | གོང་ཆེན་པོ་ | གཙང་མ་དང་ཁུ་སིམ་པོ་"
        " | ཉིན་དང་པོ་ནས་འཕྲོ་བརླག་ | ཡུན་རིང་སྒུག་",
        "ཡང་བསྐྱར་ཡོང་ | ངོ་སྤྲོད་མི་བྱེད་ | ཚང་མ་དགའ་ | ལེགས་བཅོས་དགོས་ | རིན་ཐང་ཡོད་ | བློ་ཕམ་ | ཐུགས་རྗེ་ཆེ་ | ཕངས་པ་ཡིན་",
        "",
        "།",
    ),
}


class Writer:
    """Sentences of one form: the same seed, the same text."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self._seen: set[str] = set()

    def sentence(self, style: str) -> str:
        openings, middles, closings, between, end = _STYLES[style]
        return between.join(self.random.choice(_parts(part)) for part in (openings, middles, closings)) + end

    def text(self, style: str, sentences: int = 1) -> str:
        """A text that this form does not have yet."""
        between = "" if style in UNSPACED else " "
        for _ in range(20):
            text = between.join(self.sentence(style) for _ in range(sentences))
            if text not in self._seen:
                self._seen.add(text)
                return text
        return self.text(style, sentences + 1)

    def texts(self, style: str, count: int, sentences: int = 1) -> list[str]:
        return [self.text(style, sentences) for _ in range(count)]

    def labels(self, labels: str | tuple[str, ...], count: int, order: str = "mixed") -> list[str]:
        """Every label about as often; ``sorted``: all of the first, then all of the second, ..."""
        names = tuple(labels.split()) if isinstance(labels, str) else labels
        drawn = [names[i * len(names) // count] for i in range(count)]
        if order == "mixed":
            self.random.shuffle(drawn)
        return drawn

    def words(self) -> Iterator[str]:
        """Names of people, without end."""
        while True:
            yield self.random.choice(
                ["Anna", "Ben", "Carla", "David", "Edith", "Farid", "Greta", "Hugo", "Ines", "Jonas", "Kemal", "Lena"]
            )


UNSPACED = frozenset(["zh", "zhnews", "zhq", "ja", "th", "km", "my", "lo", "bo"])
