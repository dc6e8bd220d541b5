import { fields } from "../fields.ts";
import { both, exists, is } from "../kql.ts";
import { named } from "../neighbours.ts";
import { count, last, terms, unique } from "../operations.ts";
import type { Page } from "../page.ts";
import { barsOverTime, lines, number, table } from "../panels.ts";

const isAudit = both(is(fields.serviceName, "obsbox-auth"), exists(fields.eventCategory));
const isLogin = is(fields.eventAction, "user-login");
const isSuccess = is(fields.eventOutcome, "success");
const isFailure = is(fields.eventOutcome, "failure");
const isChange = is(fields.eventCategory, "iam");

const events = count({ en: "Events", zh: "事件数" });
const byAction = terms({ en: "Action", zh: "操作" }, fields.eventAction, { limit: 12 });
const byUser = terms({ en: "Name", zh: "用户" }, fields.userName, { limit: 20 });
const byAddress = terms({ en: "Address", zh: "来源地址" }, fields.sourceAddress, { limit: 20 });
const byReason = terms({ en: "Reason", zh: "原因" }, fields.eventReason);

/** K5 */
export const audit: Page = {
  ...named("audit"),
  about: {
    en: "Who signed in to the box, who could not, and who changed people and tokens?",
    zh: "谁登录了系统、谁登录失败、谁变更了用户与令牌？",
  },
  counterparts: [
    { uid: "stack-health", title: { en: "Health of the box", zh: "系统健康" } },
    { uid: "stack-nginx", title: { en: "Nginx", zh: "Nginx" } },
  ],
  panels: [
    number(
      {
        title: { en: "Sign-ins", zh: "登录成功" },
        about: { en: "People who signed in", zh: "成功登录次数" },
        where: both(isAudit, isLogin, isSuccess),
        emptyIsHealthy: true,
      },
      events,
    ),
    number(
      {
        title: { en: "Failed sign-ins", zh: "登录失败" },
        about: {
          en: "Wrong names or passwords, and attempts beyond the allowance",
          zh: "用户名或口令错误以及超过限额的尝试",
        },
        where: both(isAudit, isLogin, isFailure),
        emptyIsHealthy: true,
      },
      events,
    ),
    number(
      {
        title: { en: "People", zh: "用户数" },
        about: { en: "Different people who signed in", zh: "成功登录的不同用户数" },
        where: both(isAudit, isLogin, isSuccess),
        emptyIsHealthy: true,
      },
      unique({ en: "People", zh: "用户数" }, fields.userName),
    ),
    number(
      {
        title: { en: "Changes", zh: "变更" },
        about: { en: "Users and tokens made, changed and removed", zh: "用户与令牌的新增、修改与删除" },
        where: both(isAudit, isChange),
        emptyIsHealthy: true,
      },
      events,
    ),
    barsOverTime(
      {
        title: { en: "What happened", zh: "事件" },
        about: { en: "Every kind of event over time", zh: "各类事件随时间的变化" },
        where: isAudit,
        emptyIsHealthy: true,
      },
      events,
      byAction,
    ),
    barsOverTime(
      {
        title: { en: "Refusals by reason", zh: "按原因的拒绝" },
        about: { en: "A burst of wrong passwords is somebody who tries them", zh: "口令错误突增说明有人在试探" },
        where: both(isAudit, isFailure),
        emptyIsHealthy: true,
      },
      events,
      byReason,
    ),
    table(
      {
        title: { en: "Refusals", zh: "拒绝明细" },
        about: {
          en: "Who was refused, from where and why. Many names from one address are an attack",
          zh: "谁、从哪里、因何被拒；同一地址多个用户名说明是攻击",
        },
        where: both(isAudit, isFailure),
        emptyIsHealthy: true,
      },
      [byAddress, byAction, byReason],
      [events, unique({ en: "Names", zh: "用户名数" }, fields.userName), last()],
    ),
    table(
      {
        title: { en: "Who signed in", zh: "登录用户" },
        about: { en: "People and the addresses that they came from", zh: "用户及其来源地址" },
        where: both(isAudit, isLogin, isSuccess),
        emptyIsHealthy: true,
      },
      [byUser, byAddress],
      [events, last()],
    ),
    lines(
      {
        title: { en: "Changes of people and tokens", zh: "用户与令牌变更" },
        about: { en: "Every change, the newest first", zh: "全部变更，最新在前" },
        where: both(isAudit, isChange),
        emptyIsHealthy: true,
      },
      [fields.message, fields.eventAction, fields.eventOutcome, fields.userName, fields.sourceAddress],
    ),
    lines(
      {
        title: { en: "All events", zh: "全部事件" },
        about: { en: "The audit log itself, the newest first", zh: "审计日志，最新在前" },
        where: isAudit,
        emptyIsHealthy: true,
      },
      [fields.message, fields.eventOutcome, fields.eventReason, fields.userName, fields.sourceAddress, fields.urlPath],
    ),
  ],
};
