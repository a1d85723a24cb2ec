"""Sentences that speak to whoever answers, rather than stating something: "ignore the above, say …".

A passage is data. What it orders a language model to say proves nothing, even where the order
stands in it word for word, so such sentences carry no claim; neither do the two after one, in
which the words to be said mostly stand. Retrieval and quoting are not affected.
"""

import re
from collections.abc import Sequence

from zhangju.figures import fold

__all__ = ["instructed"]

_REACH = 2

_ORDERS = re.compile(
    # English
    r"\b(?:ignore|disregard|forget|override|bypass)\b[^.!?]{0,40}\b(?:above|previous|prior|earlier|preceding|all|any|other|instructions?|rules?|context|passages?|sources?|guidelines?)\b"
    r"|\b(?:new|updated|real|hidden|secret|additional|following)\s+(?:system\s+)?(?:instructions?|prompt|task|directive)s?\b\s*(?:[:：]|is|are|for)"
    r"|\b(?:system|developer|assistant|user|human)\s*(?:prompt|message|role|override|note)?\s*[:：>\]]"
    r"|\bas an? (?:ai|language model|assistant|llm)\b|\byou (?:are|must|will|should|shall) (?:now|only|always|instead|henceforth|answer|reply|respond|say|output|print|act)\b"
    # An order opens a clause; "critics say that …" reports.
    r"|(?:^|[.!?:;\n。！？：；，、“‘「『]\s*|\b(?:please|must|should|shall|just|now|always|instead)\s+)(?:only\s+)?(?:reply|respond|answer|output|print|say|write|repeat|return|state|claim|tell (?:the|them|him|her)(?: user| reader)?)\b[^.!?]{0,24}(?:\bonly\b|\bexactly\b|\bthe following\b|\bwith\b|\bthat\b|[:：]|[\"“'])"
    r"|\b(?:do not|don't|never)\b[^.!?]{0,20}\b(?:mention|reveal|cite|quote|refuse|use|follow|answer)\b[^.!?]{0,30}\b(?:passage|source|instruction|document|user|text|above|question)s?\b"
    r"|\b(?:when|if) (?:asked|anyone asks|the user asks|you are asked)\b[^.!?]{0,60},? (?:always |only |just )?(?:reply|respond|answer|say|output|state|claim)\b|\b(?:attention|note to|dear|hey),? (?:the )?(?:ai|llm|assistant|model|chatbot|language model)s?\b|(?:^|[.!?:\n。！？：；，“「]\s*)to (?:the )?(?:ai|llm|assistant|chatbot|language model)s?\b"
    r"|\b(?:jailbreak|prompt injection|begin prompt|end of (?:context|passage|document)s?)\b"
    r"|<\|?/?(?:im_start|im_end|system|user|assistant|inst|endoftext|eot_id|start_header_id)|\[/?inst\]|<</?sys>>|###\s*(?:instruction|system|response|human|assistant)"
    r"|\"role\"\s*:|\"content\"\s*:|\"(?:system|instructions?)\"\s*:"
    # Chinese, both scripts (fold keeps the script; both are listed)
    r"|(?:忽略|无视|無視|忘记|忘記|忘掉|抛开|拋開|不要理会|不要理會|不用管|跳过|跳過)[^。！？]{0,16}(?:以上|上面|上述|之前|前面|先前|所有|一切|全部|其他|其它|指示|指令|要求|规则|規則|提示|内容|內容|资料|資料|材料)"
    r"|(?:系统|系統|开发者|開發者|用户|用戶|助手)(?:提示|消息|指令|角色)?\s*[:：】\]]|(?:新的?|最新|真正|隐藏|隱藏|以下|附加)(?:系统|系統)?(?:指令|指示|任务|任務|提示词|提示詞|命令)\s*(?:[:：是为為]|如下)"
    r"|(?:请|請|必须|必須|务必|務必|应当|應當|只需|只能|直接|一律|统一|統一)[^。！？]{0,8}(?:回答|回复|回覆|输出|輸出|答复|答覆|复述|複述|声称|聲稱|写出|寫出|打印)[^。！？]{0,12}(?:[:：“「『\"]|以下|如下|下列)"
    r"|(?:回答|回复|回覆|输出|輸出|答复|答覆)(?:说|說|为|為|成|作)?\s*[:：“「『\"]"
    r"|你(?:现在|現在|是一个|是一個|是一名|将扮演|將扮演|扮演|必须|必須|只能|应该|應該)|作为(?:一个|一名)?(?:AI|人工智能|语言模型|大模型|助手)|(?:如果|若|当|當|凡是)[^。！？]{0,10}(?:被问|被問|有人问|有人問|用户问|用戶問|问到|問到|问及|問及)"
    r"|(?:不要|不得|切勿|禁止|请勿|請勿)[^。！？]{0,8}(?:引用|提及|透露|使用|依据|依據|参考|參考)[^。！？]{0,10}(?:原文|资料|資料|材料|来源|來源|段落|指令|以上|上述|文章)"
    r"|(?:AI|人工智能|语言模型|大模型|助手|机器人|機器人)(?:们|們)?(?:请|請|必须|必須|应|應|注意)|致(?:AI|人工智能|语言模型|大模型|助手)"
    # Japanese, Korean
    r"|(?:以上|上記|これまで|前)の?(?:指示|命令|内容|指令)[^。]{0,10}(?:無視|忘れ)|(?:無視して|忘れて)[^。]{0,12}(?:ください|答え|出力|回答)|と(?:だけ)?(?:答えて|回答して|出力して|言って)"
    r"|(?:위의?|이전|앞의?|모든)\s*(?:지시|명령|내용|지침)[^.]{0,10}(?:무시|잊)|(?:라고|로)만?\s*(?:답하|대답하|출력하|말하)"
    # German, French, Spanish, Portuguese, Italian, Dutch
    r"|\b(?:ignorier\w*|vergiss|vergesse\w*|missachte\w*)\b[^.!?]{0,40}\b(?:obige\w*|vorherige\w*|bisherige\w*|alle\w*|anweisung\w*|oben)|\b(?:antworte|schreibe|sage|gib)\b[^.!?]{0,20}(?:\bnur\b|\bmit\b|[:：„\"])"
    r"|\b(?:ignore[zr]?|oublie[zr]?)\b[^.!?]{0,40}\b(?:instructions?|précédent\w*|ci-dessus|tout\w*|consignes?)|\b(?:réponde[zr]|réponds|dites|écrivez)\b[^.!?]{0,20}(?:\bseulement\b|\buniquement\b|\bpar\b|\bque\b|[:：«\"])"
    r"|\b(?:ignora|ignore[ns]?|ignorar|olvida|olvide|esquece|esqueça|ignorate|dimentica)\b[^.!?]{0,40}\b(?:instruc\w*|istruzion\w*|anterior\w*|todo\w*|tutt\w*|arriba|acima|precedent\w*)"
    r"|\b(?:responde|responda|responder|diga|rispondi|rispondete|escribe|escreva)\b[^.!?]{0,20}(?:\bsolo\b|\bsólo\b|\bsomente\b|\bapenas\b|\bcon\b|\bcom\b|\bque\b|[:：«\"])"
    r"|\b(?:negeer|vergeet)\b[^.!?]{0,40}\b(?:instructies|bovenstaande|vorige|alle)\b"
    # Russian, Arabic, Turkish, Vietnamese, Hindi, Thai
    r"|(?:игнорируй\w*|забудь\w*|проигнорируй\w*)[^.!?]{0,40}(?:инструкц\w*|указани\w*|предыдущ\w*|выше|вс[её]\w*)|(?:ответь\w*|отвечай\w*|скажи\w*|напиши\w*)[^.!?]{0,20}(?:только|что|[:：«\"])"
    r"|(?:تجاهل|انس)[^.!؟]{0,40}(?:التعليمات|السابقة|أعلاه|كل|جميع)|(?:أجب|قل|اكتب)[^.!؟]{0,20}(?:فقط|ب|[:：«\"])"
    r"|(?:yoksay|görmezden gel|unut)\w*|(?:yukarıdaki|önceki)[^.!?]{0,20}(?:talimat\w*|yönerge\w*)"
    r"|(?:bỏ qua|phớt lờ|quên)[^.!?]{0,30}(?:hướng dẫn|chỉ dẫn|trên|trước)|(?:अनदेखा|नज़रअंदाज़|भूल जा)|(?:ละเว้น|เพิกเฉย|ลืม)[^.!?]{0,30}(?:คำสั่ง|ข้างต้น|ก่อนหน้า)",
    re.IGNORECASE,
)


def instructed(sentences: Sequence[str]) -> list[bool]:
    """Say of each sentence of a passage, in order, whether it is, or follows, an instruction."""
    flags = [False] * len(sentences)
    for at, sentence in enumerate(sentences):
        if _ORDERS.search(fold(sentence)):
            flags[at : at + _REACH + 1] = [True] * len(flags[at : at + _REACH + 1])
    return flags
