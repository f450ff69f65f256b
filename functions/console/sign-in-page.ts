import type { ConsoleReply } from "./console-reply.ts";

/** Each in English and in Chinese: the page that could choose between them is behind the sign-in. */
const problems = {
  expired: [
    400,
    "This sign-in took too long, or began in another window.",
    "此次登录已超时，或是在另一个窗口中开始的。",
  ],
  denied: [403, "The sign-in provider did not let you in.", "登录服务未允许你登录。"],
  not_allowed: [
    403,
    "You are signed in at the provider, but may not use this console. Ask the operator of this service to add you.",
    "你已在登录服务中登录，但无权使用此控制台。请联系本服务的管理员添加你的账号。",
  ],
  invalid: [400, "The answer of the sign-in provider is not valid.", "登录服务返回的内容无效。"],
  unreachable: [502, "The sign-in provider does not answer.", "登录服务没有响应。"],
} as const satisfies Record<string, readonly [status: number, english: string, chinese: string]>;

export type SignInProblem = keyof typeof problems;

/** Says why nobody is signed in, and links to another try. It quotes nothing of the request. */
export const problemPage = (problem: SignInProblem, signInUrl: string): ConsoleReply => {
  const [status, english, chinese] = problems[problem];
  return {
    status,
    headers: { "content-type": "text/html; charset=utf-8" },
    body: `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Bot Bridge console</title>
<h1>Not signed in</h1>
<p>${english}</p>
<p lang="zh">${chinese}</p>
<p><a href="${signInUrl}">Try again · <span lang="zh">重试</span></a></p>
</html>
`,
  };
};
