"""Every word the page says, in every language it speaks."""

from collections.abc import Mapping
from typing import Literal, get_args

__all__ = ["EXAMPLES", "LANGUAGES", "NAMES", "STRINGS", "Language", "pick_language", "say"]

Language = Literal["zh-Hans", "zh-Hant", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)

NAMES: Mapping[Language, str] = {"zh-Hans": "简体中文", "zh-Hant": "繁體中文", "en": "English"}
"""What each language calls itself."""

# One row a string: simplified Chinese, traditional Chinese, English.
_ROWS: Mapping[str, tuple[str, str, str]] = {
    # Frame
    "tagline": ("有章有句，字字有据", "有章有句，字字有據", "Answers by chapter and verse"),
    "local": ("只在本机运行", "只在本機執行", "Runs on this machine only"),
    "local_hint": (
        "问题和文章都不会离开这台机器",
        "問題和文章都不會離開這臺機器",
        "Neither questions nor articles leave this machine",
    ),
    "shared": ("只在这台服务器上运行", "只在這臺伺服器上執行", "Runs on this server only"),
    "shared_hint": (
        "问题和文章都不会离开这台服务器",
        "問題和文章都不會離開這臺伺服器",
        "Neither questions nor articles leave this server",
    ),
    "asks_host": ("由 {host} 写回答", "由 {host} 寫回答", "{host} writes the answers"),
    "asks_host_hint": (
        "能回答的问题和找到的段落会发给 {host}",
        "能回答的問題和找到的段落會傳給 {host}",
        "Questions that can be answered, and the passages found, are sent to {host}",
    ),
    "ask_view": ("问答", "問答", "Ask"),
    "panes": ("栏目", "欄目", "Panes"),
    "language": ("语言", "語言", "Language"),
    "skip": ("跳到提问框", "跳到提問框", "Skip to the question box"),
    "send": ("提问", "提問", "Ask"),
    "stop": ("停止", "停止", "Stop"),
    "dark": ("切换深色与浅色", "切換深色與淺色", "Switch between dark and light"),
    "close": ("关闭", "關閉", "Close"),
    "cancel": ("取消", "取消", "Cancel"),
    "loading": ("正在读取……", "正在讀取……", "Loading…"),
    "failed": ("这次没能完成", "這次沒能完成", "That did not work"),
    "unreachable": (
        "没有收到回应：请看 Zhangju 是否还在运行，然后重试。",
        "沒有收到回應：請看 Zhangju 是否還在執行，然後重試。",
        "There was no reply: see whether Zhangju is still running, then try again.",
    ),
    # Library and outline
    "library": ("文章", "文章", "Library"),
    "documents": ("{count} 篇文章", "{count} 篇文章", "{count} documents"),
    "document": ("1 篇文章", "1 篇文章", "1 document"),
    "no_documents": (
        "这里还没有文章：在下面加入一篇。",
        "這裡還沒有文章：在下面加入一篇。",
        "There is no document yet: add one below.",
    ),
    "filter_documents": ("按题名筛选", "按題名篩選", "Filter by title"),
    "characters": ("{count} 字", "{count} 字", "{count} characters"),
    "heading": ("1 个标题", "1 個標題", "1 heading"),
    "headings": ("{count} 个标题", "{count} 個標題", "{count} headings"),
    "limit": ("只问这里", "只問這裡", "Ask only here"),
    "limit_to": ("只问“{name}”", "只問「{name}」", "Ask only “{name}”"),
    "limited": ("只问：", "只問：", "Only in:"),
    "unlimit": ("改为问全部文章", "改為問全部文章", "Ask all documents again"),
    "remove": ("移除", "移除", "Remove"),
    "remove_document": ("移除“{name}”", "移除「{name}」", "Remove “{name}”"),
    "remove_sure": (
        "把“{name}”移出这里？原来的文件不受影响。",
        "把「{name}」移出這裡？原來的檔案不受影響。",
        "Take “{name}” out of the library? The file it came from is left alone.",
    ),
    "removed": ("已移除“{name}”。", "已移除「{name}」。", "“{name}” was removed."),
    # Adding
    "add": ("加入文章", "加入文章", "Add documents"),
    "drop": ("把文件拖到这里", "把檔案拖到這裡", "Drop files here"),
    "or": ("或", "或", "or"),
    "pick": ("点这里挑选", "按這裡挑選", "click to choose"),
    "add_hint": (
        "文本、Markdown、HTML、Word（.docx）和 PDF；每个文件至多 {size}",
        "文字檔、Markdown、HTML、Word（.docx）和 PDF；每個檔案至多 {size}",
        "Text, Markdown, HTML, Word (.docx) and PDF, up to {size} each",
    ),
    "preview": ("读出的结构", "讀出的結構", "The outline that was found"),
    "preview_hint": (
        "看一看读得对不对，再决定加入。",
        "看一看讀得對不對，再決定加入。",
        "See whether it was read well before you add it.",
    ),
    "leave_out": ("不加入“{name}”", "不加入「{name}」", "Leave out “{name}”"),
    "add_these": ("加入 {count} 篇", "加入 {count} 篇", "Add {count}"),
    "reading": ("正在读取 {name}", "正在讀取 {name}", "Reading {name}"),
    "indexing": ("正在编入 {name}", "正在編入 {name}", "Indexing {name}"),
    "seconds_left": ("约剩 {count} 秒", "約剩 {count} 秒", "about {count} s left"),
    "minutes_left": ("约剩 {count} 分钟", "約剩 {count} 分鐘", "about {count} min left"),
    "added": ("已加入 {count} 篇。", "已加入 {count} 篇。", "Added: {count}."),
    "unchanged": ("“{name}”已经在这里了。", "「{name}」已經在這裡了。", "“{name}” was there already."),
    "refused_file": (
        "“{name}”读不了：{reason}",
        "「{name}」讀不了：{reason}",
        "“{name}” cannot be read: {reason}",
    ),
    # Why a file is refused: one row for each of ``zhangju_index.errors.FAULTS``
    "fault_archive": (
        "这是压缩包，请解开后给出里面的文件。",
        "這是壓縮檔，請解開後給出裡面的檔案。",
        "it is an archive; unpack it and give the files in it.",
    ),
    "fault_binary": (
        "这不是文章，里面是二进制数据。",
        "這不是文章，裡面是二進位資料。",
        "it is binary data, not an article.",
    ),
    "fault_damaged": (
        "文件已损坏或不完整，请重新获取或另存一份。",
        "檔案已損壞或不完整，請重新取得或另存一份。",
        "it is damaged or not whole; get it again, or save it anew.",
    ),
    "fault_ebook": (
        "这是电子书，请转成 .docx、.html 或 .txt。",
        "這是電子書，請轉成 .docx、.html 或 .txt。",
        "it is an e-book; convert it to .docx, .html or .txt.",
    ),
    "fault_email": (
        "这是电子邮件，请把正文存为 .txt，把附件另存为文件。",
        "這是電子郵件，請把正文存為 .txt，把附件另存為檔案。",
        "it is an e-mail; save its text as .txt, and its attachments as files.",
    ),
    "fault_encoding": (
        "文字的编码无法确定，请另存为 UTF-8。",
        "文字的編碼無法確定，請另存為 UTF-8。",
        "its encoding cannot be told for certain; save it as UTF-8.",
    ),
    "fault_fonts": (
        "其中的字体没有说明显示的是哪些字，请先做文字识别（OCR）。",
        "其中的字型沒有說明顯示的是哪些字，請先做文字辨識（OCR）。",
        "its fonts do not tell which characters they show; run it through OCR first.",
    ),
    "fault_image": (
        "这是图片，请给出其中的文字，或带文字层的 PDF。",
        "這是圖片，請給出其中的文字，或帶文字層的 PDF。",
        "it is an image; give its text, or a PDF with a text layer.",
    ),
    "fault_no_document": (
        "这是程序、数据库或字体，不是文章。",
        "這是程式、資料庫或字型，不是文章。",
        "it is a program, a database or a font, not a document.",
    ),
    "fault_no_text": (
        "里面没有文字，请给出至少有一句话的文件。",
        "裡面沒有文字，請給出至少有一句話的檔案。",
        "there is no text in it; give a file with at least one sentence.",
    ),
    "fault_office": (
        "这是旧版或受保护的 Office 文件，请另存为不带密码的 .docx 或 PDF。",
        "這是舊版或受保護的 Office 檔案，請另存為不帶密碼的 .docx 或 PDF。",
        "it is an old or a protected Office file; save it without a password as .docx or PDF.",
    ),
    "fault_page_format": (
        "这种版式文件读不了，请转成带文字层的 PDF。",
        "這種版式檔案讀不了，請轉成帶文字層的 PDF。",
        "files of this page format are not read; convert it to a PDF with a text layer.",
    ),
    "fault_password": (
        "它有密码保护，请另存一份不带密码的。",
        "它有密碼保護，請另存一份不帶密碼的。",
        "it is protected by a password; save it without one.",
    ),
    "fault_pictures": (
        "里面没有文字，只有文字的图像，请先做文字识别（OCR）。",
        "裡面沒有文字，只有文字的影像，請先做文字辨識（OCR）。",
        "it holds no text, only pictures of it; run it through OCR first.",
    ),
    "fault_recording": (
        "这是录音或视频，请给出文字稿。",
        "這是錄音或影片，請給出文字稿。",
        "it is a recording; give a transcript.",
    ),
    "fault_slides": (
        "这是表格、幻灯片或绘图，请另存为 PDF，或把文字存为 .docx。",
        "這是試算表、簡報或繪圖，請另存為 PDF，或把文字存為 .docx。",
        "it is a workbook, a presentation or a drawing; save it as PDF, or its text as .docx.",
    ),
    "fault_too_large": (
        "它比一篇文章大得太多，请拆成几份。",
        "它比一篇文章大得太多，請拆成幾份。",
        "it is far larger than an article; divide it.",
    ),
    "fault_unreadable": (
        "请用原来的程序打开它，另存一份或换一种格式。",
        "請用原來的程式開啟它，另存一份或換一種格式。",
        "open it in the program that made it, and save it again or in another format.",
    ),
    "fault_web_archive": (
        "这是连同各部分一起保存的网页（MHTML），请只存为 HTML。",
        "這是連同各部分一起儲存的網頁（MHTML），請只存為 HTML。",
        "it is a web page saved with all its parts (MHTML); save it as HTML only.",
    ),
    "fault_word_processor": (
        "这种文字处理文件读不了，请另存为 .docx 或 PDF。",
        "這種文書處理檔案讀不了，請另存為 .docx 或 PDF。",
        "it is of another word processor; save it as .docx or PDF.",
    ),
    "too_large": (
        "“{name}”超过了每个文件 {size} 的上限：请拆开，或请管理者放宽。",
        "「{name}」超過了每個檔案 {size} 的上限：請拆開，或請管理者放寬。",
        "“{name}” is larger than the {size} that is allowed for a file: divide it, or ask the operator to allow more.",
    ),
    "too_many": (
        "这里至多放 {limit} 篇文章：请先移除一些。",
        "這裡至多放 {limit} 篇文章：請先移除一些。",
        "The library takes at most {limit} documents: remove some first.",
    ),
    "closed_library": (
        "管理者没有开放加入文章。",
        "管理者沒有開放加入文章。",
        "The operator does not let documents be added here.",
    ),
    "busy_library": (
        "正在加入或移除别的文章：请等它完成再试。",
        "正在加入或移除別的文章：請等它完成再試。",
        "Other documents are being added or removed: try again when that is done.",
    ),
    # Conversations
    "conversations": ("对话", "對話", "Conversations"),
    "new_conversation": ("新对话", "新對話", "New conversation"),
    "no_conversations": ("还没有对话", "還沒有對話", "None yet"),
    "untitled": ("（没有文字）", "（沒有文字）", "(no words)"),
    "open_conversation": ("打开对话“{name}”", "開啟對話「{name}」", "Open the conversation “{name}”"),
    "delete_conversation": ("删除对话“{name}”", "刪除對話「{name}」", "Delete the conversation “{name}”"),
    "delete_sure": (
        "删除对话“{name}”？删除后不能恢复。",
        "刪除對話「{name}」？刪除後不能恢復。",
        "Delete the conversation “{name}”? It cannot be brought back.",
    ),
    "delete": ("删除", "刪除", "Delete"),
    "export": ("导出", "匯出", "Export"),
    "conversation": ("问答记录", "問答記錄", "Questions and answers"),
    "not_kept": (
        "这次对话没能存下来：{reason}",
        "這次對話沒能存下來：{reason}",
        "This conversation could not be stored: {reason}",
    ),
    "exported_from": (
        "由 Zhangju 章句导出。位置按原文的字符计数。",
        "由 Zhangju 章句匯出。位置按原文的字元計數。",
        "Exported by Zhangju 章句. Places count characters of the source.",
    ),
    # Asking
    "placeholder": ("就文章提问……", "就文章提問……", "Ask about the documents…"),
    "welcome": ("问一问这篇文章", "問一問這篇文章", "Ask the article"),
    "welcome_many": ("问一问这些文章", "問一問這些文章", "Ask your documents"),
    "welcome_hint": (
        "回答里的每一句都注明出处，点开编号就能对照原文；没能核实的会标出来，文章没有说的会直接告诉你。",
        "回答裡的每一句都註明出處，按編號就能對照原文；沒能核實的會標出來，文章沒有說的會直接告訴你。",
        "Every sentence of an answer gives its source: open its number to read the words it rests on. "
        "What could not be verified is marked, and if the documents do not say, Zhangju tells you so.",
    ),
    "about_section": (
        "“{name}”讲了什么？",
        "「{name}」講了什麼？",
        "What does “{name}” say?",
    ),
    "next_questions": ("接着问", "接著問", "Ask next"),
    "editing": ("正在修改上一个问题", "正在修改上一個問題", "Editing the last question"),
    "question_empty": (
        "没有收到问题：请写下来再发一次。",
        "沒有收到問題：請寫下來再傳一次。",
        "There was no question: type one and send it.",
    ),
    "question_long": (
        "这个问题有 {length} 个字，太长了：请缩短后再问。",
        "這個問題有 {length} 個字，太長了：請縮短後再問。",
        "This question has {length} characters, which is too long: ask a shorter one.",
    ),
    # Answers
    "thinking": ("正在查找原文……", "正在查找原文……", "Searching the documents…"),
    "writing": (
        "找到了段落，正在写回答……",
        "找到了段落，正在寫回答……",
        "Passages found; writing the answer…",
    ),
    "read_as": ("理解为：{question}", "理解為：{question}", "Read as: {question}"),
    "left_out": (
        "另有 {count} 句未能在原文中核实，没有显示。",
        "另有 {count} 句未能在原文中核實，沒有顯示。",
        "Left out: {count} that could not be confirmed by the source.",
    ),
    "unexpected": (
        "出了没有料到的错（{kind}）：请再试一次。",
        "出了沒有料到的錯（{kind}）：請再試一次。",
        "Something went wrong that was not expected ({kind}): try again.",
    ),
    # Why a step could not be done: one row for each kind of ``zhangju_index.errors``
    "error_other": (
        "这一步没有做成：原因写在程序的记录里。",
        "這一步沒有做成：原因寫在程式的記錄裡。",
        "That could not be done: the reason is in the program's log.",
    ),
    "error_input": (
        "这一步做不了：请重新载入页面再试；原因写在程序的记录里。",
        "這一步做不了：請重新載入頁面再試；原因寫在程式的記錄裡。",
        "That cannot be done: load the page anew and try again; the reason is in the program's log.",
    ),
    "error_unwritable": (
        "存不下来（{reason}）：请检查磁盘空间和权限。",
        "存不下來（{reason}）：請檢查磁碟空間和權限。",
        "This cannot be written ({reason}): check the disk's space and permissions.",
    ),
    "error_eval_set": (
        "题目与这里的文章对不上：评测要用随附的那篇文章。",
        "題目與這裡的文章對不上：評測要用隨附的那篇文章。",
        "The questions do not fit the documents here: an evaluation needs the article that comes with Zhangju.",
    ),
    "error_model": (
        "检索用的模型打不开：请管理者重新安装，或检查 --model。",
        "檢索用的模型打不開：請管理者重新安裝，或檢查 --model。",
        "The model that searches cannot be loaded: the operator should install it again, or check --model.",
    ),
    "error_generation": (
        "语言模型没有给出回答：请稍后再试。",
        "語言模型沒有給出回答：請稍後再試。",
        "The language model gave no answer: try again later.",
    ),
    "error_unusable": (
        "文章库现在用不了：请管理者看看它是否还在运行、连得上。",
        "文章庫現在用不了：請管理者看看它是否還在執行、連得上。",
        "The library cannot be used now: the operator should see whether it runs and can be reached.",
    ),
    "error_missing": (
        "文章库不在原来的地方了：请管理者找回，或重新建立。",
        "文章庫不在原來的地方了：請管理者找回，或重新建立。",
        "The library is no longer where it was: the operator should bring it back, or build it anew.",
    ),
    "error_damaged": (
        "文章库的文件缺失或损坏：请管理者重新建立。",
        "文章庫的檔案缺失或損壞：請管理者重新建立。",
        "Files of the library are missing or damaged: the operator should build it anew.",
    ),
    "error_format": (
        "文章库是另一个版本的 Zhangju 写的：请管理者升级程序，或重新建立。",
        "文章庫是另一個版本的 Zhangju 寫的：請管理者升級程式，或重新建立。",
        "The library was written by another version of Zhangju: the operator should upgrade, or build it anew.",
    ),
    "error_mismatch": (
        "文章库是用另一个模型建的：请管理者换用那个模型，或重新建立。",
        "文章庫是用另一個模型建的：請管理者換用那個模型，或重新建立。",
        "The library was made with another model: the operator should open it with that one, or build it anew.",
    ),
    "answered": ("摘自原文", "摘自原文", "Quoted from the source"),
    "answered_verified": ("据原文写成", "據原文寫成", "Written from the source"),
    "answered_unsure": (
        "有的句子未能核实",
        "有的句子未能核實",
        "Some sentences could not be verified",
    ),
    "refused": ("文中未答", "文中未答", "Not answered"),
    "refused_hint": (
        "下面是最接近的段落，可以自己判断。",
        "下面是最接近的段落，可以自己判斷。",
        "These passages are the closest, for you to judge.",
    ),
    "asked_elsewhere": (
        "另一个页面正在问这个问题：回答好了，这里也会显示。",
        "另一個頁面正在問這個問題：回答好了，這裡也會顯示。",
        "Another page is asking this: the answer will be shown here as well.",
    ),
    "interrupted": (
        "还没有回答就中断了：可以再问一次。",
        "還沒有回答就中斷了：可以再問一次。",
        "Interrupted before it was answered: it can be asked again.",
    ),
    "stopped": ("已停止", "已停止", "Stopped"),
    "confidence": (
        "文中有答案的把握 {percent}%",
        "文中有答案的把握 {percent}%",
        "{percent}% sure the documents answer this",
    ),
    # Why a sentence failed its check
    "doubt_source": ("没有注明出处", "沒有註明出處", "it names no source"),
    "doubt_unknown": ("注明的出处不存在", "註明的出處不存在", "the source it names is not there"),
    "doubt_quote": ("引语与原文不符", "引語與原文不符", "a quotation is not in the source"),
    "doubt_figure": ("数字不在原文里", "數字不在原文裡", "a figure is not in the source"),
    "doubt_wording": ("有的词不在原文里", "有的詞不在原文裡", "some words are not in the source"),
    "doubt_replaced": (
        "换掉了原文的词",
        "換掉了原文的詞",
        "it puts something in the place of what the source says",
    ),
    "doubt_negation": (
        "肯定与否定不同于原文",
        "肯定與否定不同於原文",
        "it denies what the source does not, or the reverse",
    ),
    "doubt_opposite": ("意思与原文相反", "意思與原文相反", "it says the contrary of the source"),
    "doubt_language": (
        "语言不同，无法对照",
        "語言不同，無法對照",
        "it is in a language that cannot be compared",
    ),
    "doubt_instruction": ("出处是一条指令", "出處是一條指令", "its source gives orders"),
    "only_in": ("只问了“{name}”", "只問了「{name}」", "Asked only of “{name}”"),
    "copy": ("复制回答与出处", "複製回答與出處", "Copy with sources"),
    "copied": ("已复制", "已複製", "Copied"),
    "retry": ("重新回答", "重新回答", "Answer again"),
    "edit": ("修改问题", "修改問題", "Edit the question"),
    "good": ("回答得好", "回答得好", "Good answer"),
    "bad": ("回答得不好", "回答得不好", "Bad answer"),
    "comment": ("补充说明（可以不写）", "補充說明（可以不寫）", "Add a comment, if you like"),
    "comment_hint": (
        "只存进这台机器上的一个文件，zhangju eval 可以拿来当题目。",
        "只存進這臺機器上的一個檔案，zhangju eval 可以拿來當題目。",
        "It is kept in a file on this machine that zhangju eval can read as questions.",
    ),
    "save": ("保存", "儲存", "Save"),
    # Source
    "source": ("原文", "原文", "Source"),
    "source_empty": (
        "点回答里的编号或左边的章节，原文就在这里打开。",
        "按回答裡的編號或左邊的章節，原文就在這裡開啟。",
        "Click a number in an answer, or a section of the outline: the source opens here.",
    ),
    "source_gone": (
        "这篇文章已经不在这里了。",
        "這篇文章已經不在這裡了。",
        "This document is no longer in the library.",
    ),
    "source_changed": (
        "引用之后，这篇文章换成了另一份：原来那个位置的文字已经不同，所以没有标出。下面是现在的文章。",
        "引用之後，這篇文章換成了另一份：原來那個位置的文字已經不同，所以沒有標出。下面是現在的文章。",
        "This document was replaced after it was quoted: other words stand at that place now, so nothing is marked. "
        "Below is the document as it is today.",
    ),
    "offsets": ("第 {start}–{end} 字", "第 {start}–{end} 字", "characters {start}–{end}"),
    "page": ("第 {page} 页", "第 {page} 頁", "page {page}"),
    "table": ("表格", "表格", "Table"),
    "earlier": ("显示前面的部分", "顯示前面的部分", "Show what comes before"),
    "later": ("显示后面的部分", "顯示後面的部分", "Show what comes after"),
    "to_the_end": ("到最下面", "到最下面", "To the end"),
    "back": ("回到回答", "回到回答", "Back to the answer"),
    "ask_about": ("就选中的文字提问", "就選取的文字提問", "Ask about the selection"),
    "about_words": (
        "“{words}”是什么意思？",
        "「{words}」是什麼意思？",
        "What does “{words}” mean?",
    ),
    # Evaluation
    "views": ("页面", "頁面", "Views"),
    "evaluation_view": ("评测", "評測", "Evaluation"),
    "evaluation": ("评测", "評測", "Evaluation"),
    "evaluation_hint": (
        "用随附的题目检验检索与回答：每道题的出处事先标好，与找到的段落和回答对照。",
        "用隨附的題目檢驗檢索與回答：每道題的出處事先標好，與找到的段落和回答對照。",
        "Measures retrieval and answers on the questions that come with Zhangju, whose places in the article "
        "were marked beforehand.",
    ),
    "evaluation_none": (
        "还没有评测过：点“开始评测”。",
        "還沒有評測過：按「開始評測」。",
        "Nothing was evaluated yet: start it with the button.",
    ),
    "evaluation_busy": (
        "已经有一次评测在进行：请等它完成。",
        "已經有一次評測在進行：請等它完成。",
        "An evaluation is under way already: wait until it is done.",
    ),
    "evaluate": ("开始评测", "開始評測", "Run the evaluation"),
    "evaluating": (
        "第 {done} 题，共 {total} 题",
        "第 {done} 題，共 {total} 題",
        "Question {done} of {total}",
    ),
    "evaluated": (
        "{name}：{count} 题，评测于 {when}（UTC）；横条是 95% 区间",
        "{name}：{count} 題，評測於 {when}（UTC）；橫條是 95% 區間",
        "{name}: {count} questions, evaluated {when} (UTC); bars are 95 % intervals",
    ),
    "whole_report": ("打开完整报告", "開啟完整報告", "Open the whole report"),
    "plot_recall": ("不同深度的召回", "不同深度的召回", "Recall by depth"),
    "plot_depth": ("看前几段（k）", "看前幾段（k）", "passages looked at (k)"),
    "plot_recall_hint": (
        "标准出处有多少在前 k 段里。",
        "標準出處有多少在前 k 段裡。",
        "Share of the evidence among the first k passages.",
    ),
    "plot_risk": ("答得多与错得多", "答得多與錯得多", "Risk by coverage"),
    "plot_coverage": ("回答的题目", "回答的題目", "questions answered"),
    "plot_threshold": (
        "现在的设定：回答 {answered}，其中错 {wrong}",
        "現在的設定：回答 {answered}，其中錯 {wrong}",
        "as it is set: {answered} answered, {wrong} of them wrong",
    ),
    "plot_risk_hint": (
        "只回答最有把握的题目时，答错的比例；圆点是现在的设定。",
        "只回答最有把握的題目時，答錯的比例；圓點是現在的設定。",
        "Share of wrong answers when only the most certain questions are answered; the dot is how it is set.",
    ),
    "plot_reliability": ("把握准不准", "把握準不準", "Reliability of confidence"),
    "plot_confidence": ("把握", "把握", "confidence"),
    "plot_dot": (
        "把握 {confidence} 的 {questions} 题：文中有答案的占 {answerable}",
        "把握 {confidence} 的 {questions} 題：文中有答案的佔 {answerable}",
        "{questions} questions at confidence {confidence}: {answerable} answerable",
    ),
    "plot_reliability_hint": (
        "把握相近的题目里，文中真有答案的比例；越靠近斜线越准，圆点越大题目越多。",
        "把握相近的題目裡，文中真有答案的比例；越靠近斜線越準，圓點越大題目越多。",
        "Of questions of about one confidence, the share that is answerable: right on the diagonal; "
        "larger dots are more questions.",
    ),
    "slices": ("按语言和题型看", "按語言和題型看", "By language and kind"),
    "slice_kind": ("题型", "題型", "Kind"),
    "slice_answerable": ("文中有答案", "文中有答案", "Answerable"),
    # Values of slices, as ``zhangju_ui.evaluation_view`` names them
    "slice_yes": ("是", "是", "yes"),
    "slice_no": ("否", "否", "no"),
    "lang_arabic": ("阿拉伯语", "阿拉伯語", "Arabic"),
    "lang_german": ("德语", "德語", "German"),
    "lang_english": ("英语", "英語", "English"),
    "lang_spanish": ("西班牙语", "西班牙語", "Spanish"),
    "lang_french": ("法语", "法語", "French"),
    "lang_japanese": ("日语", "日語", "Japanese"),
    "lang_korean": ("韩语", "韓語", "Korean"),
    "lang_portuguese": ("葡萄牙语", "葡萄牙語", "Portuguese"),
    "lang_russian": ("俄语", "俄語", "Russian"),
    "lang_thai": ("泰语", "泰語", "Thai"),
    "lang_vietnamese": ("越南语", "越南語", "Vietnamese"),
    "lang_simplified": ("简体中文", "簡體中文", "Chinese, simplified"),
    "lang_traditional": ("繁体中文", "繁體中文", "Chinese, traditional"),
    "kind_comparison": ("比较", "比較", "comparison"),
    "kind_definition": ("定义", "定義", "definition"),
    "kind_elliptical": ("省略的追问", "省略的追問", "elliptical follow-up"),
    "kind_fact": ("事实", "事實", "fact"),
    "kind_false_premise": ("前提有误", "前提有誤", "false premise"),
    "kind_follow_up": ("追问", "追問", "follow-up"),
    "kind_list": ("列举", "列舉", "list"),
    "kind_near_miss": ("相近而未答", "相近而未答", "near miss"),
    "kind_off_topic": ("无关", "無關", "off topic"),
    "kind_overview": ("概览", "概覽", "overview"),
    "kind_paraphrase": ("换个说法", "換個說法", "paraphrase"),
    "kind_reason": ("原因", "原因", "reason"),
    "kind_topic_change": ("换了话题", "換了話題", "change of topic"),
    "kind_two_sections": ("跨两节", "跨兩節", "two sections"),
    "kind_typo": ("错别字", "錯別字", "typing error"),
    "questions": ("题目", "題目", "Questions"),
    "gold": ("标准出处", "標準出處", "Where the evidence stands"),
    "gold_none": ("文中没有答案。", "文中沒有答案。", "The documents do not answer it."),
    "earlier_question": ("前一问：{question}", "前一問：{question}", "Before it: {question}"),
    "answer": ("回答", "回答", "The answer"),
    "found_passages": ("找到的段落", "找到的段落", "What was found"),
    "found_legend": (
        "底色是标准出处，下划线是最合问题的句子。",
        "底色是標準出處，底線是最合問題的句子。",
        "Marked is the evidence, underlined the sentence that fits the question best.",
    ),
    "outcome": ("结果", "結果", "Outcome"),
    "outcome_all": ("全部", "全部", "all"),
    "outcome_good": ("答对", "答對", "right answer"),
    "outcome_bad": ("答错", "答錯", "wrong answer"),
    "outcome_refused_good": ("正确地未答", "正確地未答", "rightly refused"),
    "outcome_refused_bad": ("漏答", "漏答", "wrongly refused"),
    "figure_first": ("证据排第一", "證據排第一", "evidence comes first"),
    "figure_first_three": ("证据在前三", "證據在前三", "evidence in the first three"),
    "figure_first_five": ("证据在前五", "證據在前五", "evidence in the first five"),
    "figure_ranking": ("排序质量 nDCG@10", "排序品質 nDCG@10", "ranking, nDCG@10"),
    "figure_evidence": ("回答里有证据", "回答裡有證據", "evidence in the answer"),
    "figure_citations": ("引用准确率", "引用準確率", "citation precision"),
    "figure_answered": ("文中有答案的答了", "文中有答案的答了", "answerable questions answered"),
    "figure_refused": ("该拒答的拒答了", "該拒答的拒答了", "unanswerable questions refused"),
    "figure_refusals": ("拒答正确的比例", "拒答正確的比例", "refusals that are right"),
    "figure_confidence": ("把握的区分力 AUROC", "把握的區分力 AUROC", "confidence, AUROC"),
}

STRINGS: Mapping[str, Mapping[Language, str]] = {
    key: dict(zip(LANGUAGES, row, strict=True)) for key, row in _ROWS.items()
}

EXAMPLES: Mapping[Language, tuple[str, ...]] = {
    "zh-Hans": (
        "新质生产力的特点、关键和本质分别是什么？",
        "武进重点布局哪些未来产业？",
        "创新的主体、载体和核心分别是什么？",
        "南大未来技术创新研究院什么时候启用的？",
    ),
    "zh-Hant": (
        "新質生產力的特點、關鍵和本質分別是什麼？",
        "武進重點佈局哪些未來產業？",
        "創新的主體、載體和核心分別是什麼？",
        "南大未來技術創新研究院什麼時候啟用的？",
    ),
    "en": (
        "What is new about new quality productive forces?",
        "How does Wujin want to attract young people?",
        "When was the Future Technology Innovation Institute opened?",
        "How many of the 41 industrial categories does Changzhou have?",
    ),
}
"""Questions about the bundled article."""

_TRADITIONAL = {"hant", "tw", "hk", "mo"}


def say(key: str, language: Language, **values: object) -> str:
    """Look up one string and fill in its blanks.

    Raises:
        KeyError: There is no such string, or a blank was given no value.
    """
    return STRINGS[key][language].format(**values)


def pick_language(accept_language: str, chosen: str = "") -> Language:
    """Choose the language of the page.

    Args:
        accept_language: A browser's header of that name. Only its first choice counts, as for
            the parts of the page that the browser itself translates: Chinese of Taiwan, Hong Kong
            and Macao is traditional, other Chinese simplified, everything else English.
        chosen: What the visitor chose on the page; it comes first if it is one of ours.
    """
    for language in LANGUAGES:
        if chosen == language:
            return language
    first = accept_language.split(",")[0].split(";")[0].strip().lower()
    tag, *subtags = first.split("-")
    if tag != "zh":
        return "en"
    if "hans" in subtags:
        return "zh-Hans"
    return "zh-Hant" if _TRADITIONAL & set(subtags) else "zh-Hans"
