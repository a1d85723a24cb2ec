"""Sentences about everything and nothing in particular: what a question is compared with.

How similar a question is to the best sentence of an article says little by itself: the level
differs from language to language and from question to question. How much more similar it is
than to sentences about other things says whether the article is about it. Speaker verification
calls such a set a cohort. Its T-norm (Auckenthaler, Carey, Lloyd-Thomas 2000) subtracts the mean
of the scores with the whole cohort and divides by their deviation. Here only the idea is taken:
the level is the mean of the three nearest sentences (``Retriever``), and how much it counts is
fitted (``zhangju.confidence``).

The sentences were written for this purpose, in Chinese and in English, one for each topic.
"""

import numpy as np

from zhangju_index.protocols import Embedder, FloatMatrix
from zhangju_index.vectors import FloatVector

__all__ = ["COHORTS", "cohort_rows", "embed_cohorts", "nearest_elsewhere"]

_TOPICS: tuple[tuple[str, str], ...] = (
    ("把面粉、水和酵母揉成面团，发酵一小时后放进烤箱。", "Knead flour, water and yeast into a dough and bake it after an hour."),
    ("这家餐厅的招牌菜是清蒸鱼和红烧肉，周末常常要排队。", "The restaurant is known for its steamed fish, and there is often a queue at weekends."),
    ("明天多云转小雨，气温十到十六度，出门请带伞。", "Tomorrow will be cloudy with light rain, so take an umbrella."),
    ("主队在加时赛中以三比二获胜，晋级决赛。", "The home team won three to two in extra time and reached the final."),
    ("她从五岁开始学钢琴，后来成为著名的演奏家。", "She began to play the piano at five and became a famous performer."),
    ("这部电影讲述了一位老渔夫和大海的故事，获得了最佳影片奖。", "The film tells of an old fisherman and the sea, and won the award for best picture."),
    ("这座古城建于唐代，城墙至今保存完好。", "The old town was built in the eighth century and its walls still stand."),
    ("战争于一九四五年结束，两国随后签署了和平条约。", "The war ended in 1945, and both countries then signed a peace treaty."),
    ("国王去世以后，他的长子继承了王位。", "After the king died, his eldest son inherited the throne."),
    ("这条河全长六千多公里，注入东海。", "The river is more than six thousand kilometres long and flows into the sea."),
    ("首都位于国家的中部，人口约三百万。", "The capital lies in the middle of the country and has some three million inhabitants."),
    ("从机场坐地铁到市中心大约需要四十分钟。", "The metro takes about forty minutes from the airport to the city centre."),
    ("开车时请系好安全带，不要使用手机。", "Fasten your seat belt and do not use your phone while driving."),
    ("按住电源键十秒，路由器就会恢复出厂设置。", "Hold the power button for ten seconds to reset the router."),
    ("忘记密码时，可以通过手机短信重新设置。", "If you forget your password, you can set a new one by text message."),
    ("这款手机的屏幕更大，电池可以用两天。", "This phone has a larger screen and its battery lasts two days."),
    ("程序在运行时占用了太多内存，需要修改循环部分的代码。", "The program uses too much memory, so the loop has to be rewritten."),
    ("三角形的内角和等于一百八十度。", "The angles of a triangle add up to one hundred and eighty degrees."),
    ("水在标准大气压下的沸点是一百摄氏度。", "At normal pressure water boils at one hundred degrees Celsius."),
    ("地球绕太阳公转一周大约需要三百六十五天。", "The Earth takes about three hundred and sixty-five days to go round the Sun."),
    ("光合作用把阳光的能量储存在植物里。", "Photosynthesis stores the energy of sunlight in plants."),
    ("这种鸟每年秋天飞往南方过冬。", "These birds fly south every autumn to spend the winter there."),
    ("大熊猫主要吃竹子，生活在四川的山区。", "Giant pandas feed on bamboo and live in the mountains."),
    ("猫每天要睡十二个小时以上。", "Cats sleep for more than twelve hours a day."),
    ("感冒时要多喝水，注意休息，发烧超过三天应去看医生。", "With a cold, drink a lot and rest, and see a doctor if the fever lasts."),
    ("这种药每天吃两次，饭后服用，孕妇慎用。", "Take this medicine twice a day after meals."),
    ("心脏每分钟跳动六十到一百次。", "The heart beats sixty to a hundred times a minute."),
    ("每天散步半小时对身体很有好处。", "Walking for half an hour every day is good for your health."),
    ("孩子六岁上小学，学制六年。", "Children start primary school at six and stay for six years."),
    ("报名截止日期是六月三十日，学费每年五千元。", "Applications close on 30 June and the fee is five thousand a year."),
    ("考试分为笔试和口试，六十分及格。", "The examination has a written and an oral part, and sixty points are needed to pass."),
    ("请在第十五题的空格里填上正确的词。", "Fill in the right word in the gap of question fifteen."),
    ("租房合同一年一签，押金为一个月的房租。", "The lease is for one year, with a deposit of one month's rent."),
    ("法院判决被告赔偿原告的损失。", "The court ordered the defendant to pay for the damage."),
    ("夫妻离婚时，共同财产由双方协商分割。", "When a couple divorces, their property is divided by agreement."),
    ("警方在火车站抓获了两名嫌疑人。", "The police arrested two suspects at the railway station."),
    ("今天股市下跌，黄金价格上涨了百分之二。", "Shares fell today, and the price of gold rose by two per cent."),
    ("银行把一年期存款利率降低到百分之一点五。", "The bank lowered the interest on deposits to one and a half per cent."),
    ("这件衣服打八折，退货须在七天以内。", "This coat is twenty per cent off and can be returned within seven days."),
    ("公司去年的营业收入为三十亿元，净利润两亿元。", "Last year the company had a turnover of three billion and a profit of two hundred million."),
    ("他每月的工资是八千元，年底有奖金。", "He earns eight thousand a month, with a bonus at the end of the year."),
    ("总统在当地时间周三会见了来访的外交部长。", "The president received the visiting foreign minister on Wednesday."),
    ("选举于十一月举行，投票率为百分之六十。", "The election was held in November with a turnout of sixty per cent."),
    ("市长在新闻发布会上回答了记者的提问。", "The mayor answered questions at a press conference."),
    ("地震造成多间房屋倒塌，救援人员已赶到现场。", "The earthquake destroyed many houses, and rescue teams have arrived."),
    ("春节是一家人团聚的日子，人们贴春联、吃饺子。", "At New Year families come together and eat dumplings."),
    ("寺庙里的佛像是用整块木头雕成的。", "The statue in the temple was carved from a single piece of wood."),
    ("诗人用月亮表达对故乡的思念。", "The poet uses the moon to speak of his longing for home."),
    ("这个词来自拉丁语，意思是道路。", "The word comes from Latin and means road."),
    ("种番茄要选向阳的地方，每天早晨浇水。", "Plant tomatoes in a sunny place and water them every morning."),
    ("哲学家认为人的知识来自经验。", "The philosopher held that knowledge comes from experience."),
    ("火箭在海南发射升空，把卫星送入预定轨道。", "The rocket lifted off and put the satellite into orbit."),
)  # fmt: skip

COHORTS: dict[str, tuple[str, ...]] = {
    "zh": tuple(chinese for chinese, _ in _TOPICS),
    "en": tuple(english for _, english in _TOPICS),
}
"""Sentences by language, in one order of topics."""


def embed_cohorts(embedder: Embedder) -> FloatMatrix:
    """Encode all cohorts as passages.

    Returns:
        Unit rows, those of ``COHORTS["zh"]`` first, then those of ``COHORTS["en"]``.
    """
    return embedder.embed_documents([sentence for cohort in COHORTS.values() for sentence in cohort])


def cohort_rows(language: str) -> slice:
    """Rows of ``embed_cohorts`` to compare with text in a language; English where it has none."""
    start = 0
    for code, cohort in COHORTS.items():
        if code == language:
            return slice(start, start + len(cohort))
        start += len(cohort)
    return cohort_rows("en")


def nearest_elsewhere(query: FloatVector, cohort: FloatMatrix) -> float:
    """Mean cosine of a question and the three sentences of a cohort nearest to it.

    Args:
        query: Unit row, shape (dimension,).
        cohort: Unit rows, shape (n_sentences, dimension), at least three.
    """
    return float(np.sort(cohort @ query)[-3:].mean())
