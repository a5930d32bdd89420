"""Traditional Chinese characters of names and places, and their simplified forms.

Entered by hand: surnames, characters of given names and of places in the north-west. What is not
here stays as it is. Which characters are simplified ones is told by GB 2312 (1980), which has no
others for these.
"""

from __future__ import annotations

_PAIRS = (
    "劉刘張张陳陈楊杨黃黄趙赵吳吴孫孙馬马羅罗鄭郑謝谢許许韓韩馮冯鄧邓蕭萧葉叶蔣蒋蘇苏盧卢賈贾鄒邹陸陆閻阎呂吕譚谭鐘钟鍾钟賴赖龔龚龐庞顧顾湯汤賀贺嚴严溫温萬万錢钱莊庄聶聂齊齐魯鲁喬乔鄔邬寧宁龍龙鳳凤國国華华偉伟強强軍军傑杰東东"
    "興兴榮荣貴贵寶宝慶庆義义禮礼學学書书詩诗詠咏讓让誠诚謙谦賢贤賓宾贊赞輝辉達达遠远選选鄉乡鈞钧銀银銘铭銳锐鋒锋錦锦鎮镇鐵铁鑒鉴長长門门開开關关陽阳陰阴隊队階阶際际雲云電电霧雾靜静韋韦韻韵順顺頌颂領领頻频顏颜願愿風风飛飞餘余"
    "駿骏騰腾驊骅麗丽麥麦齡龄愛爱憲宪應应懷怀戰战揚扬攝摄時时曉晓曄晔會会業业極极樂乐樹树橋桥機机權权歐欧歸归氣气漢汉濤涛澤泽濟济瀾澜煒炜燁烨爾尔獻献瑩莹環环瓊琼畢毕異异當当發发盡尽監监禎祯禪禅種种積积穩稳節节範范築筑簡简純纯"
    "紅红紀纪紋纹納纳紹绍細细終终結结絲丝綠绿維维綱纲緒绪練练縣县繼继續续聖圣聞闻聰聪聲声職职肅肃勝胜脈脉臨临與与艷艳蓮莲蔭荫蘭兰藝艺處处號号術术衛卫補补裝装裡里見见規规親亲覺觉訊讯設设詢询話话調调諾诺識识議议護护財财貝贝資资"
    "質质跡迹車车軒轩輪轮轉转辦办農农連连進进過过遊游運运適适遲迟邊边鄰邻醫医釋释針针鏡镜閃闪閆闫閔闵間间閩闽闊阔陣阵隨随險险隱隐雙双雜杂難难靈灵鞏巩響响項项預预頭头題题類类飯饭飾饰養养館馆馳驰駐驻騎骑驗验魚鱼鮑鲍鳥鸟鴻鸿鵬鹏"
    "鶴鹤黨党點点龜龟倫伦傳传億亿儀仪價价優优兒儿內内兩两劍剑動动務务勞劳勢势勵励匯汇區区協协單单厲厉參参啟启喪丧嘯啸嘗尝團团園园圍围圖图場场塊块墊垫壇坛壽寿夢梦奪夺奮奋婦妇媽妈嬌娇審审寫写寬宽尋寻導导屆届屬属岡冈島岛嶺岭嶽岳"
    "巖岩師师帥帅帶带幫帮幹干幾几庫库廟庙廣广廳厅彌弥彈弹彥彦徑径從从復复恆恒悅悦慮虑憶忆懇恳戲戏戶户撫抚擁拥擇择擔担據据敵敌數数斷断無无晝昼暉晖曆历樓楼標标樣样檢检歷历歲岁殘残殼壳毀毁沒没沖冲況况淚泪淨净淵渊測测渾浑滅灭滿满"
    "漸渐潔洁潤润濃浓濱滨瀟潇灣湾煉炼煥焕煙烟熱热燈灯燒烧爭争爺爷牆墙狀状獨独獎奖玨珏現现瑋玮瑤瑶璽玺甌瓯產产畫画瘋疯盤盘眾众礎础礦矿祿禄禍祸穎颖窮穷競竞筆笔籃篮糧粮絕绝給给統统經经綺绮緣缘縱纵總总績绩纖纤罰罚習习聯联聽听腳脚"
    "舉举舊旧萊莱葦苇蒼苍薦荐藍蓝藥药虛虚衝冲製制複复覽览觀观訂订計计訓训記记訪访訴诉診诊評评試试詳详語语誼谊說说請请諒谅論论諸诸講讲譜谱譯译變变豐丰負负貞贞責责貧贫貨货販贩貫贯費费貿贸賁贲賜赐賞赏賦赋購购贏赢躍跃輕轻載载輔辅"
    "輩辈輯辑輸输轟轰遙遥遜逊遞递遷迁遺遗邏逻郵邮鄲郸釗钊釣钓鈴铃鉉铉銅铜鋼钢錄录鍵键鎖锁鑄铸鑽钻閱阅闖闯陝陕隸隶雞鸡離离霽霁韜韬頂顶須须頓顿頡颉頤颐顯显飄飘飲饮飽饱駕驾駱骆驕骄驚惊獄狱營营烏乌蓋盖買买遼辽瀋沈臺台灤滦濰潍潁颍"
    "滎荥膠胶薩萨貳贰賽赛贛赣隴陇鐸铎鑾銮饒饶騫骞鵲鹊"
)
_SIMPLER = str.maketrans(_PAIRS[::2], _PAIRS[1::2])
_FULLER = {ord(plain): full for plain, full in zip(_PAIRS[-1::-2], _PAIRS[-2::-2], strict=True)}


def simplified(text: str) -> str:
    """The text with the traditional characters that are known here in their simplified forms."""
    return text.translate(_SIMPLER)


def otherwise(text: str) -> str:
    """The text in the other characters: simplified, or if it is so already in traditional ones, as
    far as they are known here; '' where it would be the same."""
    other = simplified(text)
    if other == text:
        other = text.translate(_FULLER)
    return "" if other == text else other


def is_simplified(letter: str) -> bool:
    """Whether the character is one of the simplified set."""
    try:
        letter.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True
