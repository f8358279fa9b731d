"""What is said, in both languages, of a row or cell that can't be read: what is wrong and what to do."""

from __future__ import annotations

from typing import Final

from loaders.tables.schema import TABLES
from loaders.values import VALUE_ERRORS

MESSAGES: Final[dict[str, tuple[str, str]]] = {
    "unit-unknown-share": (
        "比例没有单位，不能猜测。请把表头写成“{known}(%)”，或改用列名 share_percent（百分数）或 share（小数），"
        '或在 --map 文件的 [sheet.units] 中写 {column} = "percent"。',
        "The share has no unit, and units are not guessed. Name the heading 持股比例(%), or use the column "
        'share_percent or share (a fraction), or set {column} = "percent" under [sheet.units] of a --map file.',
    ),
    "shares-make-one": (
        "表头写明为百分数，而各企业的比例之和均恰为1：应为小数，不能猜测，比例按空白处理。请改正比例，或在 --map 文件的 "
        '[sheet.units] 中写 {column} = "fraction"。',
        "The heading says percent, but the shares of every company add up to exactly 1: they read as fractions. Units are not "
        'guessed: the shares count as empty. Correct them, or set {column} = "fraction" under [sheet.units] of a --map file.',
    ),
    "unit-unknown-money": (
        "金额没有单位，不能猜测。请把表头写成“{known}(元)”或“{known}(万元)”这样的形式，或在单元格中写单位，"
        '或在 --map 文件的 [sheet.units] 中写 {column} = "元"。',
        "The amount has no unit, and units are not guessed. Name the unit in the heading, as in {known}(元) or "
        '{known}(万元), or in the cell, or set {column} = "元" under [sheet.units] of a --map file.',
    ),
    "bad-number": ("不是有效数字。", "Not a number."),
    "bad-people": ("不是人数，该格按空白处理。", "Not a number of people: the cell counts as empty."),
    "bad-bool": ("应为 是 或 否。", "Must be 是 (yes) or 否 (no)."),
    "unknown-word": (
        "不认识这个词，该格按空白处理。可用的有：{known}。",
        "The word is not known; the cell counts as empty. Known are: {known}.",
    ),
    "unknown-use": (
        "不认识这种用途：记为用途未能识别，是否为住房无法判定。可用的有：{known}。",
        "This use is not known: what counts as a dwelling can't be decided. Known are: {known}.",
    ),
    "death-unlikely": (
        "死亡或火化日期早于出生日期，或者是1900年及以前的占位日期：该格按空白处理。请核对原值。",
        "The date of death or cremation lies before birth, or is a placeholder of 1900 or before: the cell counts as empty. "
        "Check the value.",
    ),
    "unknown-custody": (
        "不认识这种在押类型：原样保留，是否在押无法判定。可用的有：{known}。",
        "This kind of custody is not known: it is kept as said, and whether it means custody can't be decided. Known are: "
        "{known}.",
    ),
    "ban-unclear": (
        "没有写明是哪种处罚或惩戒，是否禁止投标无法判定：不作为禁止投标计入，涉及的投标人列为无法判定。请在“处罚内容”列写明（如“禁止参加政府采购活动一年”"
        '或“罚款”）后重新加载，或在 --map 文件的 [sheet.values] 中写 kind = "禁止投标"（整表都是禁止投标时）。',
        "It is not stated what kind of penalty or listing this is, and whether it keeps the party from bidding can't be decided: "
        "it counts as no ban, and its party's bids as undecided. Say it in the column 处罚内容 (a ban such as 禁止参加政府采购活动一年, or 罚款) and load it again, or "
        'set kind = "禁止投标", where the whole sheet is of bans, under [sheet.values] of a --map file.',
    ),
    "ban-term": (
        "没有截止日期，按所写的期限从起始日推算禁止期的截止日。请核对。",
        "No last day is stated: the ban's end is worked out from its first day and the term in words. Check it.",
    ),
    "no-ban": (
        "这种处罚或列入不是禁止、取消、暂停或限制投标：不作为禁止投标计入。",
        "This penalty or listing neither bars nor suspends from bidding: it does not count as a debarment.",
    ),
    "role-undecided": (
        "这个角色不是招标代理、设计、监理、造价咨询、评标或招标人代表：该单位是否投标人无法判定，该行未导入。投标人请列入开标记录（列名写作“投标人”）；"
        "本表可用的角色有：{known}。",
        "This role is not one of the agent, a designer, a site supervisor, a cost consultant, an evaluator or the buyer's "
        "representative: whether the party bids can't be decided, and the row was not loaded. List bidders in a sheet of bids, "
        "under the heading 投标人. Roles known here: {known}.",
    ),
    "unknown-bid-role": (
        "不认识这种岗位：原样保留，不用来判断是否为项目管理成员或投标经办人。可用的有：{known}。",
        "This role in a bid is not known: it is kept as said, and decides nothing about who manages the project or "
        "hands the bid in. Known are: {known}.",
    ),
    "unknown-post": (
        "不认识这种职务：按原文保留，作为该单位的任职人员比对。可用的有：{known}。",
        "This post is not known: it is kept as said, and the person counts among the firm's people. Known are: {known}.",
    ),
    "no-post": (
        "这不是职务：未作为任职导入。持股请列入股东名单。",
        "This is no post: not loaded as one. List who holds shares in a list of shareholders.",
    ),
    "no-evaluator": (
        "不是评标委员会成员（监督、记录、代理机构人员等）：该行未作为评标人员导入。",
        "No member of the committee, but one who supervises, records or the like: not loaded as an evaluator.",
    ),
    "workplace-of-several": (
        "一格写了多个姓名，工作单位属于谁无法区分：人员已导入，工作单位未导入。请每人单列一行。",
        "The cell names several persons, and whose workplace this is can't be told: the persons were loaded, the workplace was "
        "not. Write a row for each.",
    ),
    "unknown-interest": (
        "不认识这种控制方式：原样保留，不用来判断由谁控制。可用的有：{known}。",
        "This kind of control is not known: it is kept as said, and decides nothing about who controls. Known are: {known}.",
    ),
    "numeric-id": (
        "该单元格是数字格式，超过 15 位的号码已丢失末位数字。请将该列设为文本后重新导出。",
        "The cell is a number, which keeps 15 digits only: the number has lost its end. Set the column to text and "
        "export again.",
    ),
    "uscc-check-digit": (
        "统一社会信用代码校验位不对：保留该主体并标注，从不按此代码合并；人工填写的名称对应（identities）仍然有效。请核对原值。",
        "The credit code has a wrong check digit: the party is kept and flagged, and never merged by that code; a name "
        "that is filled in to mean it (identities) still does. Check the value.",
    ),
    "person-id": (
        "证件号码校验不通过：保留此人，但不与任何人合并。请核对原值。",
        "The document's number fails its check: the person is kept and merged with nobody. Check the value.",
    ),
    "person-number": (
        "企业代码列中出现自然人证件号码，未作为标识使用。请核对该列。",
        "A natural person's number stands in a column of company ids and is not used. Check the column.",
    ),
    "no-party": (
        "既没有可用的号码，也没有名称，无法确定是谁。请补充号码或名称。",
        "Neither a usable number nor a name: it can't be told who this is. Add one of them.",
    ),
    "name-too-long": (
        "名称超过 1000 个字符，不像是名称。请核对是否错列，或一格中并入了全文。",
        "The name has more than 1,000 characters and looks like none. See whether columns are shifted, or a whole text stands in "
        "the cell.",
    ),
    "several-parties": (
        "一格写了多个名称，各自的份额或证件号码无法区分：该行未导入。请每人（每家）单列一行，各写各的比例。",
        "The cell names several parties, and what is whose can't be told: the row was not loaded. Write a row for each, "
        "with its own share.",
    ),
    "names-parted": (
        "人名之间只有空格或“和、及、与”：按多人读取。如果是一个名称，请去掉空格（姓名中的间隔写作“·”）后重新加载。",
        "No more than a space or an and (和, 及, 与) stands between the names: read as several persons. If it is one name, "
        "take the space out (write · within a name) and load it again.",
    ),
    "names-in-one": (
        "空格或“和、及、与”隔开的可能是几个人名：按一个名称读取。如果是多人，请用“、”隔开后重新加载。",
        "What a space or an and (和, 及, 与) parts may be several persons' names: read as one name. If they are several, "
        "part them with 、 and load it again.",
    ),
    "missing-value": (
        "缺少必填内容：{column}。请补充后重新加载。",
        "{column} is required and empty. Fill it in and load the row again.",
    ),
    "formula-error": (
        "单元格是表格公式的错误值，没有算出结果：该行未导入。请在原表中修正公式（或填写实际值）后重新导出。",
        "The cell shows the error of a formula, which gave no result: the row was not loaded. Mend the formula, or write "
        "the value, and export again.",
    ),
    "formula-error-empty": (
        "单元格是表格公式的错误值，没有算出结果：该格按空白处理。如有实际值，请在原表中修正后重新导出。",
        "The cell shows the error of a formula, which gave no result: it counts as empty. If there is a value, mend the "
        "formula and export again.",
    ),
    "ragged": (
        "该行单元格比表头多，内容可能已错位。请核对分隔符和引号后重新加载。",
        "The row has more cells than there are headings; they may have slipped. Check delimiters and quotes.",
    ),
    "end-before-start": (
        "结束日期早于开始日期。请核对两个日期。",
        "The end lies before the start. Check both dates.",
    ),
    "bounds": (
        "比例下限大于上限。请核对。",
        "The lower bound of the share is above its upper bound. Check both.",
    ),
    "change-undated": (
        "有变更前比例而无变更日期，无法确定其截止时间：该比例未导入。请补充股权变更日期。",
        "A share before a change without the day of the change: it can't be dated and was left out. Add 股权变更日期.",
    ),
    "change-of-nothing": (
        "变更前、变更后均为 0：未说明任何持股，该行未导入持股。请核对两个比例。",
        "Nothing before the change and nothing after it: the row states no holding, and none was loaded. Check both shares.",
    ),
    "change-missing": (
        "变更前比例与该股东上一次变更后的比例不符：其间可能有未列出的变更。两次变更之间按上一次变更后的比例计，请核实。",
        "The share before this change is not what the holder's last change left: one between may be missing. "
        "Between the two days the share after the earlier one counts: verify.",
    ),
    "change-steps": (
        "该股东同一天有多次变更且前后衔接：按一次变更计，只取第一次的变更前比例和最后一次的变更后比例。",
        "Several changes of this holder's on one day follow on one another: they count as one, from what he had before "
        "the first to what he has after the last.",
    ),
    "change-beside": (
        "该股东同一天有多次变更且前后不衔接：视为并列的持股，各行比例相加。请核实。",
        "Several changes of this holder's on one day don't follow on one another: they are taken for holdings side by "
        "side, and their shares are added. Verify.",
    ),
    "member-left-undated": (
        "写明成员已减少，而没有减少的日期：何时减少不明，仍按在户成员计。请补充日期后重新加载。",
        "A member is said to have left, and no day is stated: since when is not known, and he counts as a member still. State the "
        "day and load it again.",
    ),
    "member-change-unsaid": (
        "有增减日期而看不出是增加还是减少：该日期未使用。请补充增减类型（增加、减少）。",
        "A date of change that doesn't say whether the member joined or left: it was not used. Add 增减类型 (增加, 减少).",
    ),
    "self-ownership": (
        "股东与被投资企业是同一主体（自我持股）：已保留并标记。请核对。",
        "The company holds itself: kept and flagged. Check it.",
    ),
    "branch-code": (
        "分支机构与其所属企业编号相同而名称不同，无法判断该行指哪一个。请填写分支机构自己的编号，或留空。",
        "The branch has the number of the company it is of, under another name: it can't be told which of the two the "
        "row means. Give the branch's own number, or none.",
    ),
    "branch-of-itself": (
        "所属企业就是该企业自身：不作为分支机构。",
        "The company it is said to be a branch of is itself: taken for nobody's branch.",
    ),
    "duplicate-row": (
        "与前面的行完全相同，只计一次。",
        "The same as an earlier row: it counts once.",
    ),
    "unknown-payment-state": (
        "不认识这个发放状态，无法判定是否已经发放：该行未导入。请改为“成功”或“失败”后重新加载。可用的有：{known}。",
        "This state of a payment is not known, and whether it was paid can't be told: the row was not loaded. Write 成功 (paid) "
        "or 失败 (not paid) and load it again. Known are: {known}.",
    ),
    "payments-failed": (
        "有 {known} 行的发放状态为失败、退回、退票或未发放：没有付成，未计为发放。金额为负的行是退款，照计。",
        "{known} rows say that the payment failed, came back or was not made: they count as no payments. Rows of a negative "
        "amount are money paid back, and count.",
    ),
    "amount-of-months": (
        "一行写了起止月份，看不出金额是每月的还是整个时段的：保留这笔发放，金额未使用。每月的请把列名写成“月发放金额”，整个时段（不超过12个月）的"
        "写成“发放总额”和“截止保障年月”，再重新加载。",
        "The row is about several months, and whether its amount is each month's or that of all together can't be told: the "
        "payment is kept, its amount not used. Name the column 月发放金额 if it is each month's, or 发放总额 (with 截止保障年月) if it is "
        "of all together, of 12 months at most, and load again.",
    ),
    "amount-parted": (
        "有 {known} 行写了起止月份，其金额按整个时段的发放额，平均计入各月。如为每月金额，请把列名写成“月发放金额”后重新加载。",
        "The amounts of {known} rows about several months were taken for what was paid out for all of them, and parted equally among "
        "the months. If they are each month's, name the column 月发放金额 and load again.",
    ),
    "payments-one": (
        "同一户、同一项目、同一月在各成员行上重复的金额按一笔发放计：有 {known} 行没有另计。是全户一笔还是各人一份，检测时与应享金额核对，核对不出的不判定是否少发、多发。"
        "如各行是分别发给各人的，请把列名写成“领取人姓名”“领取人身份证号”后重新加载。",
        "An amount that stands in the row of each member of a household, for one programme and month, is one payment: {known} rows "
        "were not counted again. Whether it is the household's or a share of each, detection tells by what is due; where that doesn't tell, "
        "it is undecided whether too little or too much was paid. If each row was paid to its member, name the columns 领取人姓名 and 领取人身份证号 and load again.",
    ),
    "payments-own": (
        "同一户、同一项目、同一月写了不同领取人的 {known} 行，各按其本人的一笔发放计；同额发到同一账户的，也可能是全户一笔在各人行上重复，"
        "检测时与应享金额核对，核对不出的不判定是否少发、多发。如金额是全户的、在各人行上重复，请每户只留一行，或增加“与户主关系”列"
        "后重新加载。",
        "{known} rows name different recipients of one household, for one programme and month: each counts as that person's own "
        "payment. As much to each, into one account, may be the household's all the same: detection tells by what is due, and where that doesn't "
        "tell, it is undecided whether too little or too much was paid. If the amount is the household's and repeated, keep one row a household, or add the column 与户主关系, and load again.",
    ),
    "payments-again": (
        "有 {known} 笔发放（同一对象、项目、月份、金额）在 {column} 中已有，只计一次。如确为另外发放的，请与该表合成一张表后重新加载"
        "（该表属先前批次的，先用 unload 撤销该批次）。退票、退回后重新发放的，请在“发放状态”列写“重新发放成功”，或把文件命名为“退票重发”。",
        "{known} payments (of one recipient, programme, month and amount) stand in {column} already: each counts once. If they "
        "were paid besides, put both into one sheet and load again (where that one is of an earlier batch, unload it first). Of payments "
        "made again after they came back, state 重新发放成功 in the column 发放状态, or call the file 退票重发.",
    ),
    "payments-further": (
        "有 {known}，同一对象、项目、月份在 {column} 中另有金额或笔数不同的发放：按另外发放相加"
        "（两份名单一份按户写、一份按人或分行写，而多数月份金额相等的，检测时按同一笔计，只计较大的金额）。如本表是对该表的更正，请先用 unload 撤销该表所在的批次"
        "（与本表同批的，先撤销本批次），再只加载更正后的表。",
        "{known}: for the recipient, programme and month {column} states another amount, or fewer of it: counted as paid "
        "besides, and added up (but where one of the sheets is by household, the other by person or in parts, and most of their months are "
        "as much, detection takes them for one and counts what is more). If this sheet corrects that one, unload the batch of that one (this batch, if both are in "
        "it) and load the corrected sheet alone.",
    ),
    "payments-reissued": (
        "有 {known} 行写明是退票、退回后重新发放（发放状态，或文件、表的名称）：原发放有退回或失败记录的，另计一笔；没有的，与同月同额的原发放只计一次。",
        "{known} rows are said to be payments made again after they had come back (by their state, or by what the file or sheet is "
        "called): they count besides where the first is told to have come back or failed, and otherwise once with the first of "
        "the month and amount.",
    ),
    "payments-made-again": (
        "有 {known} 行与前面的行完全相同，而表中另有同额的负数（退票、退回）：按退回后重新发放各计一笔。如是重复的行，请删去后重新加载。",
        "{known} rows are equal to earlier ones, while the sheet has as much below nothing (returned, 退票): they count as payments made "
        "again. Where a row is a repetition, delete it and load again.",
    ),
    "payments-told-twice": (
        "有 {known}，与 {column} 中同一户、同项目、同月的发放金额相等（一份按户写，一份按人写、分行写或在各成员行上重复）：可能是同一笔发放写了两次，没有写明不同的账户或发放地的，检测时只计一次，不据此提示"
        "重复或多发。如是同一笔，请用 unload 撤销其中一份所在的批次，只加载一份；如确是两笔，请在两份名单中都写明银行账号后重新加载。",
        "{known}: for the household, programme and month {column} states as much (one of the sheets by household, the other by person, "
        "in parts, or at each member): perhaps one payment that is told twice. Unless both state their accounts or places, and these differ, detection "
        "counts it once and finds nothing paid twice or above by it. If it is one, unload the batch of either sheet and load one of them alone; if there are two, state the bank account "
        "(银行账号) in both sheets and load again.",
    ),
    "entitlements-one": (
        "同一户、同一项目、同一月的应享金额在多行上相同，按一份计：有 {known} 行没有另计。如各行是各人的待遇，请把各人的金额合为每户一行后重新加载。",
        "What a household is due, for one programme and month, stands alike in several rows and counts once: {known} rows were "
        "not counted again. If each row is a person's own, add them up to one row a household and load again.",
    ),
    "contracts-one": (
        "与前面的行是同一份合同（合同编号及各项内容相同），只计一次：共 {known} 行。",
        "{known} rows tell a contract that an earlier row tells (its number and all else are equal): it counts once.",
    ),
    "identity-own-id": (
        "不是统一社会信用代码等官方编号，按自有编号处理。请确认库中确有该编号的主体。",
        "No official number, so an id of your own: make sure that a party with it is loaded.",
    ),
    "remainder": (
        "不是股东，而是其余股份（如社会公众股）：未作为股东加载，作为未知部分。",
        "No party but the rest of the shares: not loaded as a holder; it stays an unknown remainder.",
    ),
    "total-row": (
        "合计行，不是股东：已跳过。",
        "A row of totals, no holder: passed over.",
    ),
    "list-kind-unknown": (
        "不认识的名单类型。可用的有：{known}。",
        "A kind of list that is not known. Known are: {known}.",
    ),
    "relation-undecidable": (
        "关系是数字代码（GB/T 4761），但整列看不出是一位还是两位代码。请改用两位代码（如 01）或写文字（如 配偶）。",
        "The relation is a number (GB/T 4761), and the column does not tell whether codes have one or two digits. "
        "Write two digits (01) or words (配偶).",
    ),
    "year-unknown": (
        "列名只有月份（1月…12月），没有年份。请在标题行写明年份，或增加“年度”列，或在 --map 文件中写 year = 2023。",
        "Months stand as columns without a year. State it in a title row, add a column 年度, or set year = 2023 in a "
        "--map file.",
    ),
    "program-unknown": (
        "没有救助或补贴项目名称。请增加“救助类型”列，或在 --map 文件的 [sheet.values] 中写 program。",
        "The programme is not stated. Add a column 救助类型, or set program under [sheet.values] of a --map file.",
    ),
    "consortium-form": (
        "联合体成员无法从单元格中分出，按一个投标人处理。请分列填写牵头人和成员。",
        "The members of the consortium can't be told apart; the cell counts as one bidder. Write lead and members "
        "in columns of their own.",
    ),
    "deposit-currency": (
        "保证金与报价的币种不同，一份投标只记一种币种：保证金未采用，报价照常。",
        "The deposit is in another currency than the price, and a bid has one: the deposit is left out, the price is kept.",
    ),
    "given-up-after-bid": (
        "本行载有报价或排名而称弃标或未递交：有报价或排名说明已递交投标，按已递交计入。放弃中标的请写“放弃中标”，开标前撤回的请写“撤回”。",
        "The row states a price or rank and says that the bid was given up or not handed in (弃标, 未递交): who is priced or ranked "
        "had bid, and counts. If the award was declined, write 放弃中标; if it was withdrawn before the opening, 撤回.",
    ),
    "bid-superseded": (
        "同一投标人在同一标段有更晚递交的报价，以最后递交的为准，本行报价未采用。",
        "The bidder handed in another price for the lot later: the last one counts, this row's is left out.",
    ),
    "price-unread": (
        "报价列中写的不是金额：该投标人照常计入，报价按未载明处理，不参与报价比较。请核对；有报价的，请填数字（可带单位）后重新加载。",
        "The column of prices holds no amount here: the bidder counts all the same, its price is taken as not stated, and is "
        "compared with no other. Check it; where there is a price, give the figure (with its unit) and load the row again.",
    ),
    "bid-twice": (
        "同一投标人在同一标段有不同的报价，看不出先后：以先列的为准，本行报价未采用。请核对，或填写递交时间。",
        "The bidder has another price for the lot, and nothing tells which came last: the first one listed counts, this "
        "row's is left out. Check it, or state submitted_at.",
    ),
    "missing-column": (
        "工作表看起来是“{column}”，但缺少必需的列：{known}。请改列名，或用 --map 指定各列。",
        "The sheet looks like {column}, but lacks required columns: {known}. Rename headings, or name them in a --map "
        "file.",
    ),
    "unknown-table": (
        "看不出这张表是什么。现有列：{known}。请改列名或文件名，或用 --map 指定 table。",
        "It can't be told what this table is. It has: {known}. Rename headings or the file, or set table in a --map "
        "file.",
    ),
    "bribery-records": (
        "行贿犯罪查询结果：有无行贿犯罪记录本身不是禁止投标的决定，没有导入，核查时不作依据。请人工对照招标文件的资格条件核对；已有禁止投标决定的，请把决定列成"
        "“禁止投标”表（单位名称、统一社会信用代码、处罚机关、处罚内容、处罚起始日期、处罚截止日期）导入。",
        "Results of a search for bribery convictions: whether there is one is in itself no decision that bars from bidding; it is "
        "not loaded, and nothing rests on it. Check it by hand against the tender's conditions. Decisions that do bar from bidding "
        "load as a list of debarments (单位名称, 统一社会信用代码, 处罚机关, 处罚内容, 处罚起始日期, 处罚截止日期).",
    ),
    "hidden-sheet": (
        "隐藏的工作表，已照常读取。若不应加载，请删除该表，或在 --map 文件中写 skip = true。",
        "A hidden sheet, read like any other. If it should not be loaded, delete it or set skip = true in a --map file.",
    ),
    "sheet-ignored": (
        "没有可识别的列，按说明页跳过。",
        "No heading is known: passed over as a note.",
    ),
    "columns-ignored": (
        "“{column}”表没有这些列，已忽略：{known}。若有用，请改列名，或用 --map 指定。",
        "The table {column} has no such columns, which were left out: {known}. Where one matters, rename it, or name it "
        "in a --map file.",
    ),
    "numbers-alone": (
        "按“{column}”表读取，但只读到编号或名称，其余各列都没有用到：{known}。若是投标、中标等名单，请改列名（如“投标人”“投标报价”），或用 --map 指定。",
        "Read as the table {column}, of which there is no more than numbers or titles; nothing else of it was of use: {known}. If "
        "it lists bids or awards, rename its headings (投标人, 投标报价), or name them in a --map file.",
    ),
    "columns-elsewhere": (
        "{known} 是“{column}”表的列，此处未使用。若本表应是该表，请补充其必需的列（或改列名，或用 --map 指定）：",
        "{known} is known in the table {column} and of no use here. Should this be one, supply what it needs (or rename "
        "the heading, or name it in a --map file):",
    ),
    "named-otherwise": (
        "名称像股东名单，但没有股东列，已按“{column}”表读取。若是股东名单，请补充必需的列（或改列名，或用 --map 指定）：{known}。",
        "By its name this is a list of holders; it has no column of holders, and was read as the table {column}. If it is "
        "one, supply what it needs (or rename the heading, or name it in a --map file): {known}.",
    ),
    "tender-ambiguous": (
        "标段编号在多个项目中出现，而该行没有项目编号：按独立标段保留。请补充项目编号。",
        "The lot number occurs in several tenders and the row names none: kept as a lot of its own. Add tender_id.",
    ),
}
"""By code: (Chinese, English). `{column}` and `{known}` are filled in. `VALUE_ERRORS` has the codes of cells."""


def message(code: str, column: str = "", known: str = "") -> tuple[str, str]:
    """Both languages of a message."""
    zh, en = MESSAGES.get(code) or VALUE_ERRORS[code]
    return (
        zh.replace("{column}", column).replace("{known}", known),
        en.replace("{column}", column).replace("{known}", known),
    )


def table_message(code: str, table: str, known: str = "") -> tuple[str, str]:
    """Both languages of a message about a table: in Chinese by what such sheets are called, with its name for --map."""
    names = TABLES[table].names if table in TABLES else ()
    called = next((name for name in names if not name.isascii()), "")
    zh, _ = message(code, f"{called}（{table}）" if called else table, known)
    return zh, message(code, table, known)[1]
