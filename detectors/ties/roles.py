"""What people and procedure parties are called, in both languages."""

from __future__ import annotations

from typing import Final

ROLES: Final = {
    "legal_representative": ("法定代表人", "legal representative"),
    "branch_head": ("负责人", "head"),
    "operator": ("经营者", "operator"),
    "sole_owner": ("投资人", "sole owner"),
    "managing_partner": ("执行事务合伙人", "managing partner"),
    "chair": ("董事长", "chair"),
    "executive_director": ("执行董事", "executive director"),
    "director": ("董事", "director"),
    "vice_chair": ("副董事长", "vice chair"),
    "independent_director": ("独立董事", "independent director"),
    "external_director": ("外部董事", "external director"),
    "employee_director": ("职工董事", "employee director"),
    "general_manager": ("总经理", "general manager"),
    "deputy_manager": ("副总经理", "deputy manager"),
    "finance_head": ("财务负责人", "finance head"),
    "board_secretary": ("董事会秘书", "board secretary"),
    "board_supervisor": ("监事", "board supervisor"),
    "supervisory_chair": ("监事会主席", "chair of the supervisory board"),
    "external_supervisor": ("外部监事", "external board supervisor"),
    "employee_supervisor": ("职工监事", "employee board supervisor"),
    "employee": ("工作人员", "employee"),
    "shareholder": ("股东", "shareholder"),
    "indirect_shareholder": ("间接股东", "indirect shareholder"),
    "controller": ("疑似实际控制人", "apparent controller"),
    "concert_member": ("一致行动人", "party to the concert"),
    "debarred": ("被禁止投标主体", "debarred party"),
    "itself": ("投标人自身", "the bidder itself"),
    "branch": ("分支机构", "branch"),
    "branch_by_name": ("分支机构（按名称）", "branch, by its name"),
    "international_branch": ("境外分支机构", "international branch"),
    "contract_manager": ("承包、受托管理人（不持股）", "manager without shares"),
    "management_relation": ("被管理方", "managed company"),
    "managed_by_subsidiary": ("由其控制的企业管理", "managed by a company it controls"),
    "project_manager": ("项目经理", "project manager"),
    "technical_lead": ("技术负责人", "technical lead"),
    "quality_lead": ("质量负责人", "quality lead"),
    "safety_lead": ("安全负责人", "safety lead"),
    "member": ("项目管理成员", "project management member"),
    "site_supervisor": ("监理单位", "site supervisor"),
    "bid_agent": ("投标授权代表", "authorised bid agent"),
    "handler": ("投标经办人", "bid handler"),
    "bid_writer": ("标书编制人", "writer of the bid"),
    "witness": ("见证人", "witness"),
    "buyer": ("招标人（采购人）", "buyer"),
    "agent": ("招标代理机构", "tender agent"),
    "designer": ("设计单位", "designer"),
    "cost_consultant": ("造价咨询单位", "cost consultant"),
    "evaluator": ("评标专家", "evaluator"),
    "buyer_representative": ("招标人代表", "buyer's representative"),
    "official": ("公职人员", "official"),
    "address": ("地址", "address"),
    "phone": ("电话", "telephone"),
    "email": ("邮箱", "e-mail"),
    "domain": ("网站域名", "domain"),
    "account": ("账户", "account"),
    "payer_account": ("保证金汇款人", "deposit payer"),
    "own_account": ("投标人自有账户", "the bidder's own account"),
    "device": ("设备标识", "device"),
    "disk": ("硬盘序列号", "disk serial number"),
    "cpu": ("CPU序列号", "CPU serial number"),
    "ca_lock": ("CA锁", "CA lock"),
    "ip": ("上传IP", "upload IP address"),
    "author": ("文件作者", "file author"),
    "last_saved_by": ("最后修改人", "last saved by"),
    "file_code": ("文件创建标识码", "file creation code"),
    "costing_dongle": ("计价软件加密锁", "costing software dongle"),
    "contact_person": ("投标联系人", "bid contact person"),
    "own_phone": ("投标人登记电话", "the bidder's own telephone"),
}

OWNING: Final = ("shareholder", "indirect_shareholder", "controller")
"""Roles of those who own or control, and need not run."""


def role_zh(role: object) -> str:
    """A role's Chinese name; a role of a source's own wording stays as it is."""
    text = str(role or "")
    return ROLES.get(text, (text, text))[0]


def role_en(role: object) -> str:
    """A role's English name; a role of a source's own wording stays as it is."""
    text = str(role or "")
    return ROLES.get(text, (text, text))[1]
