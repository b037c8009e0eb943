"""In which words does the report speak? Every one in English and in Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from serving._decide import OUTCOMES
from serving._segments import IN_CHINESE
from serving._stages import RELATIONS, STAGES

LANGUAGES: Mapping[str, str] = {"en": "en", "zh": "zh-CN"}
"""The languages of the report, as HTML names them."""

_FRAME: Mapping[str, tuple[str, str]] = {
    "title": ("Retention report of {day}", "{day} 客户维系日报"),
    "about": (
        "What was known before that day began. Money is in the company's currency.",
        "依据当日零点之前的已知数据。金额单位为公司记账货币。",
    ),
    "listed_tile": ("customers on the list", "名单上的客户"),
    "profit_tile": ("expected profit of the list", "名单期望利润"),
    "cost_tile": ("expected cost of the list", "名单预期成本"),
    "at_risk_tile": ("value at risk", "风险价值"),
    "of_population": ("of {count} customers", "共 {count} 位客户"),
    "interval": ("{low} to {high} in four cases of five", "八成可能在 {low} 至 {high} 之间"),
    "cost_share": ("contacts and offers taken", "含触达与优惠成本"),
    "at_risk_of": ("of all active customers", "全部活跃客户合计"),
    "unknown_value": ("no value is known", "价值未知"),
    "customer": ("customer", "客户"),
    "customers": ("customers", "客户数"),
    "share": ("share", "占比"),
    "total": ("total", "合计"),
    "until": ("act before", "截止日期"),
    "channel": ("channel", "渠道"),
    "no_limit": ("no limit", "不限"),
}

_SECTIONS: Mapping[str, tuple[str, str]] = {
    "counts_title": ("What became of everybody", "全部客户去向"),
    "outcome": ("outcome", "去向"),
    "limits_title": ("What the plan takes", "资源占用"),
    "limits_note": (
        "Customers held out for measuring count as if they were contacted.",
        "对照组客户同样占用名额与预算。",
    ),
    "limit": ("limit", "限额"),
    "used": ("used", "已用"),
    "of_limit": ("of", "上限"),
    "list": ("places on the list", "名单名额"),
    "budget": ("budget", "预算"),
    "contacts_by": ("contacts: {channel}", "触达：{channel}"),
    "top_title": ("Top of the list", "名单前列"),
    "top_note": ("The first {shown} of {count}.", "前 {shown} 位，共 {count} 位。"),
    "nobody": (
        "Nobody is on the list tonight; the counts below say why.",
        "今晚名单为空；下方的去向统计说明了原因。",
    ),
    "segment": ("segment", "价值细分"),
    "stage": ("stage", "生命周期阶段"),
    "to_do": ("what to do", "应采取的动作"),
    "why": ("why", "原因"),
    "worth": ("expected profit", "期望利润"),
    "changes_title": ("What changed", "名单变化"),
    "changes_since": ("Since the list of {day}:", "与 {day} 的名单相比："),
    "changes_first": (
        "There is no earlier list to compare with.",
        "没有更早的名单可供比较。",
    ),
    "changes_none": ("Nobody came, went or moved.", "没有客户进入、离开或更换动作。"),
    "change": ("change", "变化"),
    "change_new": ("new", "新进入"),
    "change_moved": ("moved to another action", "更换动作"),
    "change_gone": ("gone", "已离开"),
    "rank_now": ("rank", "名次"),
    "rank_before": ("rank before", "原名次"),
    "first_of_each": ("The first {most} of each:", "每类前 {most} 位："),
    "actions_title": ("Actions", "动作"),
    "action": ("action", "动作"),
    "listed_count": ("listed", "列入名单"),
    "held_out_count": ("held out", "对照组"),
    "cost": ("expected cost", "预期成本"),
    "no_action": ("No action is expected to pay tonight.", "今晚没有值得采取的动作。"),
    "best_share": (
        "Offers to stay go to {listed} of the {count} active customers whose value is known. Without limits, and if "
        "nobody had to be left alone, {best} would be the most profitable share (maximum profit measure of Verbraken, "
        "Verbeke and Baesens, 2013).",
        "在 {count} 位价值已知的活跃客户中，{listed} 将收到挽留优惠。若不设限额且人人可联系，利润最高的触达比例为"
        " {best}（Verbraken、Verbeke 与 Baesens 于 2013 年提出的最大利润准则）。",
    ),
}

_PICTURES: Mapping[str, tuple[str, str]] = {
    "curve_title": ("Who brings the profit", "利润来自谁"),
    "curve_told": (
        "The top 20% of customers ({count} of {customers}) bring {top} of the profit of the last 364 days.",
        "前 20% 的客户（{customers} 位中的 {count} 位）带来最近 364 天利润的 {top}。",
    ),
    "curve_desc": (
        "Curve of the share of profit by the share of customers; the top 20% bring {top}.",
        "利润占比随客户占比变化的曲线；前 20% 的客户带来 {top}。",
    ),
    "curve_none": (
        "No profit of the last 364 days is known, so nobody can be told apart by it.",
        "最近 364 天的利润未知，无法据此区分客户。",
    ),
    "ends": ("up to {segment}", "至{segment}"),
    "share_of_customers": ("share of customers", "客户占比"),
    "share_of_profit": ("share of profit", "利润占比"),
    "at_risk_title": ("Value at risk by segment", "各价值细分的风险价值"),
    "at_risk": ("value at risk", "风险价值"),
    "at_risk_none": ("No value is known to be at risk.", "没有已知的风险价值。"),
    "at_risk_note": (
        "Churn probability times what leaving now would cost the company.",
        "流失概率乘以客户此刻离开给公司造成的损失。",
    ),
    "stages_title": ("Customers by stage and segment", "生命周期阶段与价值细分"),
    "calibration_title": ("Were earlier scores right?", "此前的预测准确吗？"),
    "calibration_told": (
        "Of {customers} active customers scored on {day}, {predicted} were expected to leave within {horizon} days; "
        "{happened} did. Dots on the line are right; the strokes show how far chance may have moved them, in four "
        "cases of five. Customers who were contacted within the horizon are left out.",
        "{day} 评分的 {customers} 位活跃客户中，预计 {predicted} 在 {horizon} 天内流失，实际为 {happened}。"
        "圆点落在对角线上即为准确；竖线为八成情况下的偶然波动范围。预测期内已联系的客户不包括在内。",
    ),
    "calibration_none": (
        "No published night is old enough yet: the horizon of none of them is over.",
        "尚无足够早的已发布名单：其预测期均未结束。",
    ),
    "tenth": ("tenth by probability", "按概率分十组"),
    "predicted": ("expected to leave", "预计流失"),
    "happened": ("left", "实际流失"),
}

_COMPLAINTS: Mapping[str, tuple[str, str]] = {
    "complaints_title": ("Complaint discipline", "投诉处理纪律"),
    "complaints_told": (
        "Complaints made in the last {days} days: {count}.",
        "最近 {days} 天内的投诉：{count} 件。",
    ),
    "complaints_unknown": (
        "No interactions came, so nothing is known of complaints.",
        "没有收到互动数据，投诉情况未知。",
    ),
    "complaint": ("complaints", "投诉"),
    "number": ("number", "件数"),
    "recorded_late_count": (
        "unrecorded: recorded more than 24 hours after they were made",
        "未记录：发生 24 小时后才登记",
    ),
    "never_processed_count": ("unprocessed: neither resolved nor reviewed", "未处理：既未解决也未复核"),
    "not_reviewed_count": ("unreviewed: nobody checked how they were handled", "未复核：处理结果无人复核"),
    "unreported_count": (
        "unreported: open, and the customer is not on tonight's list",
        "未上报：投诉未结，且客户不在今晚名单上",
    ),
    "resolved_late_count": (
        "over 24 h: resolved more than 24 hours after they were made",
        "超时解决：超过 24 小时才解决",
    ),
    "open_count": ("open now, whenever they were made", "目前未结（不限发生时间）"),
    "open_late_count": ("over 24 h: open for more than 24 hours", "超时未结：已超过 24 小时"),
    "oldest_hours": ("hours that the oldest open one has waited", "最早未结投诉已等待的小时数"),
    "not_told": ("the source does not say", "数据源未提供"),
}

_ACTIONS: Mapping[str, tuple[str, str]] = {
    "service_recovery": ("service recovery", "服务补救"),
    "retention_offer": ("offer to stay", "挽留优惠"),
    "win_back_offer": ("offer to come back", "赢回优惠"),
    "upsell": ("upsell", "增购推荐"),
    "cross_sell": ("cross-sell", "交叉销售"),
    "referral_invitation": ("referral invitation", "推荐邀请"),
    "thank_you": ("thank-you", "致谢关怀"),
}

_CHANNELS: Mapping[str, tuple[str, str]] = {
    "phone": ("phone", "电话"),
    "mail": ("mail", "邮件"),
    "email": ("e-mail", "电子邮件"),
    "sms": ("text message", "短信"),
    "letter": ("letter", "信件"),
    "app": ("app", "应用推送"),
    "web": ("web", "网站"),
    "shop": ("shop", "门店"),
    "wechat": ("WeChat", "微信"),
}

WORDS: Mapping[str, tuple[str, str]] = {
    **_FRAME,
    **_SECTIONS,
    **_PICTURES,
    **_COMPLAINTS,
    **_ACTIONS,
    **_CHANNELS,
    **OUTCOMES,
    **{name: (name, chinese) for name, chinese in IN_CHINESE.items()},
    **{kind.name: (kind.name, kind.chinese) for kind in (*STAGES, *RELATIONS)},
}
"""What is said, by key: in English and in Chinese."""


class Say(Protocol):
    """Says a key of WORDS in the language of the report, with values filled in."""

    def __call__(self, key: str, /, **values: str) -> str: ...


def speaking(language: str) -> Say:
    """How the report says things in `language`, `en` or `zh`. A key that is not in WORDS raises KeyError."""
    place = list(LANGUAGES).index(language)

    def say(key: str, /, **values: str) -> str:
        return WORDS[key][place].format(**values)

    return say


def channel_name(channel: str, say: Say) -> str:
    """A channel in the language of the report where it has a word for it, else as the settings call it."""
    return say(channel) if channel in _CHANNELS else channel
