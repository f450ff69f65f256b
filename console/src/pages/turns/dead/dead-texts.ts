import type { RedrivenStatus } from "#core/jobs/app-dead-letters.ts";
import { defineTexts } from "../../../text/language.ts";
import type { ReasonKind } from "./reason-kind.ts";

interface Texts {
  readonly intro: string;
  readonly none: string;
  readonly unsupported: string;
  readonly incomplete: string;
  readonly caption: string;
  readonly selectAll: string;
  readonly selectOne: (name: string) => string;
  readonly message: string;
  readonly reason: string;
  readonly tries: string;
  readonly givenUp: string;
  readonly reasons: Readonly<Record<ReasonKind, string>>;
  readonly refresh: string;
  readonly redrive: (count: number) => string;
  readonly confirmTitle: (count: number) => string;
  readonly confirmText: string;
  readonly confirm: string;
  readonly redriving: string;
  readonly results: string;
  /** By the status of the API; `missing`: the reply did not name the letter. */
  readonly statuses: Readonly<Record<RedrivenStatus | "missing", string>>;
}

export const deadTexts = defineTexts<Texts>(
  {
    intro:
      "Jobs that the bridge gave up, kept for 14 days. Fix what the reason names, then redrive them: each gets all its tries again.",
    none: "No dead letters. Every job ran, or is still being tried.",
    unsupported:
      "This bridge has no API for dead letters yet: it is of an older version. npm run redrive lists them in a terminal.",
    incomplete:
      "There may be more: a call shows 100 at most, another redrive may be reading some, and others wait behind those of their conversation. Redrive these, or look again in a minute.",
    caption: "Dead letters, the oldest first",
    selectAll: "Select all",
    selectOne: (name) => `Select ${name}`,
    message: "Message",
    reason: "Reason",
    tries: "Tries",
    givenUp: "Given up",
    reasons: {
      unreachable: "The server could not be reached. Check that it runs, and the bot's callback URL.",
      timeout: "The server did not answer in time: a webhook must answer within 5 seconds.",
      not_public: "The callback URL leads to a private address. Use a public https address.",
      rejected: "The server rejected the call, which is not retried. Check its signature check and its path.",
      server_error: "The server failed each time. Look into its log.",
      crashed: "The worker crashed or timed out each time. Look into the log of its function.",
      internal: "The bridge itself failed. Its log has the error, by the msgUID.",
      other: "Find the lines of this message in the bridge's log, by its msgUID.",
    },
    refresh: "Refresh",
    redrive: (count) => (count === 0 ? "Redrive" : `Redrive ${count}`),
    confirmTitle: (count) => (count === 1 ? "Redrive 1 dead letter?" : `Redrive ${count} dead letters?`),
    confirmText:
      "The jobs run again at once, with all their tries: users may get answers to old messages, and webhooks old events. What still fails comes back here.",
    confirm: "Redrive",
    redriving: "Redriving …",
    results: "Results of the redrive",
    statuses: {
      redriven: "Redriven: it is queued again.",
      already_done: "Removed: the job had ended in the meantime.",
      running: "Left: a worker has it now. Look again in a minute.",
      given_up_again: "Left: it failed again at once. Its reason still holds.",
      failed: "Left: it could not be redriven. The bridge's log says why.",
      not_found: "Not found: it was redriven or removed in the meantime.",
      not_reached: "Not reached in this call: it may still be there. Refresh the list.",
      missing: "No result: it may be redriven or not. Refresh the list.",
    },
  },
  {
    intro:
      "网桥不再重试的任务，保留 14 天。请先修复原因中指出的问题，再重新投递：每个任务会重新获得全部尝试次数。",
    none: "没有死信。所有任务都已运行，或仍在重试。",
    unsupported: "此网桥尚无死信 API：它是较旧的版本。可在终端用 npm run redrive 列出死信。",
    incomplete:
      "可能还有更多：一次最多显示 100 个，另一个重新投递可能正在读取其中一些，其余的排在同一会话的其他死信之后。请先重新投递这些，或一分钟后再看。",
    caption: "死信，最早的在前",
    selectAll: "全选",
    selectOne: (name) => `选择 ${name}`,
    message: "消息",
    reason: "原因",
    tries: "尝试次数",
    givenUp: "放弃时间",
    reasons: {
      unreachable: "无法连接服务器。请确认它正在运行，并检查机器人的回调地址。",
      timeout: "服务器未及时响应：Webhook 必须在 5 秒内响应。",
      not_public: "回调地址指向内网地址。请使用公网 https 地址。",
      rejected: "服务器拒绝了调用，此类情况不会重试。请检查其签名校验和路径。",
      server_error: "服务器每次都出错。请查看它的日志。",
      crashed: "工作进程每次都崩溃或超时。请查看该函数的日志。",
      internal: "网桥自身出错。可在其日志中按 msgUID 查找错误。",
      other: "请在网桥日志中按 msgUID 查找此消息的记录。",
    },
    refresh: "刷新",
    redrive: (count) => (count === 0 ? "重新投递" : `重新投递 ${count} 个`),
    confirmTitle: (count) => `重新投递 ${count} 个死信？`,
    confirmText:
      "任务会立即重新运行，并重新获得全部尝试次数：用户可能收到对旧消息的回答，Webhook 可能收到旧事件。仍然失败的任务会回到这里。",
    confirm: "重新投递",
    redriving: "正在重新投递…",
    results: "重新投递的结果",
    statuses: {
      redriven: "已重新投递：任务已重新进入队列。",
      already_done: "已移除：该任务在此期间已经结束。",
      running: "保留：某个工作进程正在处理它。请稍后再看。",
      given_up_again: "保留：它立即再次失败，原因仍然存在。",
      failed: "保留：无法重新投递，原因见网桥日志。",
      not_found: "未找到：它在此期间已被重新投递或移除。",
      not_reached: "此次调用未处理到：它可能仍在。请刷新列表。",
      missing: "没有结果：可能已重新投递，也可能没有。请刷新列表。",
    },
  },
);
