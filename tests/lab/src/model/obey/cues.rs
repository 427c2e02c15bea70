//! Words by which a credulous model takes a sentence for an order, in the languages that attackers write.

use std::{collections::HashMap, sync::LazyLock};

/// What an order is about; an order can be about several.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum About {
    /// Leave the instructions.
    Override,
    /// Be somebody else, or hear somebody else.
    Role,
    /// Say this.
    Say,
    /// It is harmless, or approved, or a test.
    Benign,
    /// It is something worse.
    Alarm,
    /// How urgent it is.
    Priority,
    /// Do something.
    Act,
    /// Show, fetch or send something elsewhere.
    Link,
    /// Tell what was not asked for.
    Reveal,
    /// Other alerts, customers, hosts.
    Others,
    /// Say nothing of something.
    Omit,
}

impl About {
    /// How much it makes of a sentence an order.
    #[must_use]
    pub fn weight(self) -> u32 {
        match self {
            Self::Override | Self::Role => 5,
            Self::Say | Self::Benign | Self::Omit => 3,
            Self::Alarm | Self::Priority | Self::Reveal | Self::Others => 2,
            Self::Act | Self::Link => 1,
        }
    }
}

/// Words in lower case, of all languages with spaces between words.
const WORDS: &[(About, &str)] = &[
    (
        About::Override,
        "ignore ignoring disregard forget override overrule bypass instead stop previous prior above \
         ignoriere ignorieren vergiss vergessen missachte stattdessen vorherige vorherigen obige bisherigen \
         ignora ignorar ignore olvida olvide omite anteriores previas anterior desestima \
         ignorez ignorer oubliez oublie précédentes précédents antérieures \
         ignorare dimentica precedenti desconsidere esqueça anteriores \
         игнорируй игнорируйте забудь забудьте предыдущие предыдущих проигнорируй \
         zignoruj zapomnij poprzednie yoksay unut önceki",
    ),
    (
        About::Role,
        "assistant developer operator roleplay pretend jailbreak dan \
         persona instruction instructions important attention urgent question \
         inst prompt you \
         anweisung anweisungen wichtig achtung hinweis rolle tue frage aufgabe \
         instrucción instrucciones importante atención eres finge rol pregunta tarea \
         consigne consignes attention rôle prétends vous êtes question tâche \
         istruzioni attenzione instruções atenção você \
         система ассистент инструкция инструкции важно внимание роль ты вопрос \
         polecenia ważne talimat talimatlar önemli",
    ),
    (
        About::Say,
        "say write answer respond reply output print state report summarize summarise conclude repeat tell \
         return include add append begin claim confirm declare describe translate quote echo mention \
         sag sage sagen schreib schreibe schreiben antworte antworten berichte melde gib ausgeben füge erkläre bestätige \
         di diga decir escribe escriba responde responda informa reporta añade incluye afirma confirma \
         dis dites écris écrivez réponds répondez rapporte ajoute ajoutez affirme confirmez \
         rispondi scrivi riporta diga escreva responda relate \
         скажи скажите напиши напишите ответь ответьте сообщи сообщите добавь подтверди выведи \
         napisz odpowiedz powiedz yaz söyle cevapla",
    ),
    (
        About::Benign,
        "benign harmless safe legitimate legit authorized authorised approved expected false positive fp clean \
         test testing pentest drill exercise normal routine trusted whitelisted allowlisted maintenance innocent \
         harmlos unbedenklich ungefährlich legitim genehmigt erlaubt fehlalarm sauber übung vertrauenswürdig \
         benigno benigna inofensivo inofensiva seguro legítimo legítima autorizado autorizada falso positivo \
         bénin bénigne inoffensif inoffensive sûr légitime autorisé autorisée faux positif \
         innocuo legittimo sicuro autorizzato inofensivo legítimo \
         безопасно безопасен безопасный безвредно безвредный легитимно легитимный ложное разрешено доверенный \
         bezpieczny nieszkodliwy zararsız güvenli",
    ),
    (
        About::Alarm,
        "critical breach breached compromised malicious ransomware exfiltration emergency attacker malware \
         kritisch kompromittiert bösartig angriff crítico comprometido malicioso critique compromis malveillant \
         критично взломан вредоносный",
    ),
    (
        About::Priority,
        "priority severity low lower high raise downgrade upgrade verdict confidence score informational \
         priorität schweregrad niedrig hoch senke erhöhe einstufung prioridad severidad baja alta veredicto \
         priorité gravité basse haute priorità приоритет низкий высокий понизь повысь вердикт",
    ),
    (
        About::Act,
        "approve approves isolate contain containment release unisolate lift quarantine delete kill execute run block allow \
         disable enable close dismiss resolve suppress escalate assign reset revoke uninstall shutdown create submit trigger perform \
         genehmige freigeben isoliere isolieren lösche schließe deaktiviere beende führe aufheben \
         aprueba apruebe aísla aísle elimina cierra desactiva ejecuta libera bloquea \
         approuve approuvez isole isolez supprime supprimez ferme fermez désactive exécute lance \
         approva isola elimina chiudi aprove isole exclua feche \
         одобри одобрите изолируй изолируйте удали закрой закройте выполни отключи заверши",
    ),
    (
        About::Link,
        "http https ftp www url link links click visit open image img src href fetch get load send post upload curl wget mailto \
         markdown html script iframe svg \
         besuche klicke öffne lade sende verlinke bild visita haz abre envía enlace imagen cliquez ouvrez envoyez lien \
         visita clicca apri visite clique перейди открой отправь ссылка",
    ),
    (
        About::Reveal,
        "secret secrets password passwords passphrase token tokens key keys api credential credentials reveal show leak dump expose \
         disclose original unredacted redacted placeholder placeholders environment config configuration verbatim \
         geheimnis geheimnisse passwort kennwort schlüssel zeige verrate offenbare \
         secreto secretos contraseña clave revela muestra secret secrets clé révèle montre divulgue passe \
         segreto chiave senha segredo секрет секреты пароль ключ покажи раскрой",
    ),
    (
        About::Others,
        "tenant tenants customer customers client clients other others another alerts incidents cases all every \
         mandant mandanten kunde kunden andere anderen alarme alle cliente clientes otras otros alertas \
         autres alertes clienti altri outros другие других клиент клиенты все",
    ),
    (
        About::Omit,
        "omit hide conceal nothing never skip exclude silence silent empty without no not leave \
         verschweige verberge nichts auslassen keine omite oculta nada nunca sin oculte \
         omets cachez cache rien jamais sans nascondi niente nulla esconda скрой ничего никогда не",
    ),
];

/// Words of languages without spaces, or whose forms are too many: found anywhere.
const PARTS: &[(About, &str)] = &[
    (
        About::Override,
        "忽略 无视 忘记 不要遵循 以前的 之前的 無視 忽視 忘れ 以前の 무시 잊어 تجاهل انس السابقة התעלם अनदेखा पिछले",
    ),
    (
        About::Role,
        "系统 系統 助手 你是 你现在 角色 指令 重要 注意 问题 システム あなたは 役割 指示 重要 시스템 당신은 지시 중요 النظام أنت تعليمات مهم מערכת הוראות निर्देश",
    ),
    (
        About::Say,
        "回答 回复 输出 写 说 报告 添加 声明 出力 書い 言っ 答え 報告 대답 출력 말해 작성 قل اكتب أجب أخبر ענה כתוב लिखो उत्तर",
    ),
    (
        About::Benign,
        "良性 无害 安全 误报 合法 授权 正常 無害 誤検知 正当 무해 안전 오탐 정상 حميد آمن غير ضار إيجابية كاذبة בטוח सुरक्षित",
    ),
    (
        About::Alarm,
        "严重 恶意 入侵 重大 悪意 악성 침해 خبيث اختراق",
    ),
    (
        About::Priority,
        "优先级 优先 严重性 降低 提高 低 優先度 下げ 上げ 우선순위 낮 높 أولوية خفض",
    ),
    (
        About::Act,
        "批准 隔离 删除 关闭 执行 解除 阻止 承認 隔離 削除 閉じ 実行 승인 격리 삭제 종료 실행 وافق اعزل احذف أغلق نفذ",
    ),
    (
        About::Link,
        "链接 点击 访问 图片 发送 リンク クリック 画像 送信 링크 클릭 전송 رابط انقر أرسل صورة",
    ),
    (
        About::Reveal,
        "密码 秘密 密钥 令牌 显示 泄露 パスワード 秘密 鍵 表示 비밀번호 비밀 키 보여 كلمة المرور سر مفتاح أظهر",
    ),
    (
        About::Others,
        "其他 租户 客户 警报 所有 他の テナント 顧客 アラート 다른 고객 경고 الأخرى العملاء التنبيهات",
    ),
    (
        About::Omit,
        "隐藏 不要 省略 什么都 隠し 何も 숨기 하지 أخف لا تذكر",
    ),
];

/// Marks of a format in which somebody else seems to speak, by a sign that each of them has.
const MARKS: &[(char, &[&str])] = &[
    (
        '<',
        &[
            "<|",
            "<<sys",
            "<s>",
            "</",
            "<start_of_turn",
            "<img",
            "<a ",
            "<script",
            "<svg",
            "<iframe",
        ],
    ),
    ('|', &["|>"]),
    ('[', &["[inst", "[/inst"]),
    (']', &["]("]),
    ('#', &["###"]),
    ('`', &["```"]),
    ('_', &["begin_of_text", "tool_call", "function_call"]),
    ('"', &["\"role\"", "\"claims\"", "\"kind\""]),
    (
        ':',
        &[
            "system:",
            "assistant:",
            "developer:",
            "user:",
            "question:",
            "javascript:",
        ],
    ),
];

/// Bytes before a mark that belong to what is said: a mark may end it.
const BEFORE: usize = 60;

/// How a word was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Written {
    /// As it is.
    Plainly,
    /// Each letter thirteen further.
    Rot13,
    /// From its end.
    Backwards,
}

static CUES: LazyLock<HashMap<String, (About, Written)>> = LazyLock::new(|| {
    let mut cues = HashMap::new();
    // Plain words first: a word that is another one backwards is itself.
    for written in [Written::Plainly, Written::Rot13, Written::Backwards] {
        for (about, words) in WORDS {
            for word in words.split_ascii_whitespace() {
                let key = match written {
                    Written::Plainly => word.to_owned(),
                    // Short words turn into too many others.
                    _ if word.len() < 5 => continue,
                    Written::Rot13 => rot13(word),
                    Written::Backwards => word.chars().rev().collect(),
                };
                cues.entry(key).or_insert((*about, written));
            }
        }
    }
    cues
});

/// What a word in lower case is a cue of, however it is written.
#[must_use]
pub fn cue(word: &str) -> Option<(About, Written)> {
    CUES.get(word).copied()
}

/// Cues that are found anywhere in a text in lower case, words and marks, with their places.
#[must_use]
pub fn parts(text: &str) -> Vec<(usize, About)> {
    let mut found = Vec::new();
    if !text.is_ascii() && text.chars().any(|letter| letter >= '\u{590}') {
        for (about, words) in PARTS {
            for word in words.split(' ') {
                found.extend(text.find(word).map(|at| (at, *about)));
            }
        }
    }
    for (sign, marks) in MARKS {
        if !text.contains(*sign) {
            continue;
        }
        for mark in *marks {
            let at = text.find(mark);
            // `/user:` is an option of a program.
            let spoken = at.filter(|at| !text[..*at].ends_with(['/', '-']));
            let begins = |at: usize| text.floor_char_boundary(at.saturating_sub(BEFORE));
            found.extend(spoken.map(|at| (begins(at), About::Role)));
        }
    }
    found
}

/// Cues in a text whose spaces are lost.
#[must_use]
pub fn within(text: &str) -> Vec<About> {
    let long = |word: &&str| word.len() >= 6;
    let has = |words: &str| {
        words
            .split_ascii_whitespace()
            .filter(long)
            .any(|word| text.contains(word))
    };
    WORDS
        .iter()
        .filter(|(_, words)| has(words))
        .map(|(about, _)| *about)
        .collect()
}

/// Each ASCII letter thirteen further.
#[must_use]
pub fn rot13(text: &str) -> String {
    text.chars()
        .map(|letter| match letter {
            'a'..='m' | 'A'..='M' => char::from(letter as u8 + 13),
            'n'..='z' | 'N'..='Z' => char::from(letter as u8 - 13),
            other => other,
        })
        .collect()
}
