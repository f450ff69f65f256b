import { describe, expect, test } from "@jest/globals";
import { forwardRoutes } from "#adapters/api-gateway/forwarded-request.ts";
import { makeSignedApi } from "#adapters/api-gateway/signed-api.ts";
import { newMessageUID } from "#adapters/rongcloud/message-uid.ts";
import { makeAcceptMessages } from "#core/intake/accept-messages.ts";
import { makeForwardFromBot } from "#core/intake/forward-from-bot.ts";
import { makeRecallMessage } from "#core/intake/recall-message.ts";
import { makeStandAloneRoutes } from "../../../../functions/message-publish/stand-alone-routes.ts";
import { makeMemoryLog } from "../../../support/memory-log.ts";
import { bot } from "../../../support/turns.ts";
import { lambdaContext, proxyEvent } from "../../adapters/api-gateway/proxy-event.ts";
import { answerWith, isSigned, type RongCloud, withRongCloud } from "../../adapters/rongcloud/rongcloud.ts";
import { app } from "../../adapters/secrets/apps.ts";
import { setUpIntake } from "../../core/intake/intake-setup.ts";
import { type Form, formOf } from "./forms.ts";

const formType = "application/x-www-form-urlencoded";
const ofTheIm = '{"code":200,"messageUID":"im-1","extra":1}';
const im = answerWith(200, "application/json;charset=utf-8", ofTheIm);

/** The function as it is composed, without AWS, with helpdesk as its bot. */
const setUp = ({ forwardCall }: Pick<RongCloud, "forwardCall">, passesThrough = false) => {
  const intake = setUpIntake([bot()]);
  const log = makeMemoryLog();
  const routes = makeStandAloneRoutes({
    recallMessage: makeRecallMessage({
      acceptMessages: makeAcceptMessages(intake.ports),
      newMessageUID,
      clock: intake.clock,
    }),
    forwardFromBot: makeForwardFromBot({ bots: intake.bots, forwardCall }),
    forwardCall,
  });
  const handler = makeSignedApi(
    { verifyCall: async () => app(), log },
    passesThrough ? forwardRoutes(Object.keys(routes), forwardCall) : routes,
  );
  const send = async (path: string, body: string, headers: Record<string, string> = {}) => {
    const { statusCode, body: text } = await handler(proxyEvent({ path, body, headers }), lambdaContext);
    return { status: statusCode, text, body: JSON.parse(text) };
  };
  return { send, jobs: intake.jobs, recalls: intake.recalls, log };
};

const recallPath = "/message/recall.json";
const recallForm = (given: Form = {}): string =>
  formOf({
    fromUserId: "u7",
    conversationType: "1",
    targetId: "bot-helpdesk",
    messageUID: "m1",
    sentTime: "1767225600101",
    ...given,
  }).toString();

const privateStatus = "/statusmessage/private/publish.json";
const groupStatus = "/statusmessage/group/publish.json";
const statusForm = (given: Form = {}): string =>
  formOf({
    fromUserId: "bot-helpdesk",
    toUserId: "u7",
    objectName: "RC:TypSts",
    content: '{"typingContentType":"RC:TxtMsg"}',
    ...given,
  }).toString();

const privateStream = "/v3/message/private/publish_stream.json";
const groupStream = "/v3/message/group/publish_stream.json";
const chunk = (content: object = {}, given: object = {}): string =>
  JSON.stringify({
    fromUserId: "bot-helpdesk",
    toUserId: "u7",
    toGroupId: "g1",
    objectName: "RC:StreamMsg",
    content: { content: "Hel", seq: 1, complete: false, ...content },
    ...given,
  });

describe("stand-alone, a call in a bot's name", () => {
  test.each([
    ["a recall", recallPath, recallForm({ fromUserId: "bot-helpdesk", targetId: "u7" }), formType],
    ["a private status message", privateStatus, statusForm(), formType],
    [
      "a status message to groups",
      groupStatus,
      statusForm({ toUserId: undefined, toGroupId: ["g1", "g2"] }),
      formType,
    ],
    ["a chunk to a user", privateStream, chunk({ type: "markdown" }, { isPersisted: 1 }), "application/json"],
    ["a chunk to a group", groupStream, chunk(), "application/json"],
  ])("which is %s goes to the IM unchanged, whose reply is returned", async (_name, path, body, type) => {
    await withRongCloud(im, async (rongcloud) => {
      const { send, jobs } = setUp(rongcloud);
      expect(await send(path, body)).toMatchObject({ status: 200, text: ofTheIm });
      expect(rongcloud.received).toMatchObject([{ method: "POST", path, headers: { "content-type": type } }]);
      expect(rongcloud.received[0]?.body.toString()).toBe(body);
      expect(rongcloud.received.map(isSigned)).toEqual([true]);
      expect(jobs()).toEqual([]);
    })();
  });

  test.each([
    ["that the stream has ended", 400, '{"code":29003,"errorMessage":"silent for 30 s"}'],
    ["that it is too fast", 429, '{"code":1008}'],
  ])("gets the IM's own error: %s", async (_name, status, text) => {
    await withRongCloud(answerWith(status, "application/json", text), async (rongcloud) => {
      const { send } = setUp(rongcloud);
      expect(await send(privateStream, chunk({ seq: 2, messageUID: "im-1" }))).toMatchObject({
        status,
        text,
      });
    })();
  });
});

describe("stand-alone, a call in a user's name", () => {
  test(
    "recalls the user's message, and reaches no IM",
    withRongCloud(im, async (rongcloud) => {
      const { send, recalls } = setUp(rongcloud);
      expect(await send(recallPath, recallForm())).toMatchObject({ status: 200, body: { code: 200 } });
      expect(recalls).toMatchObject([{ msgUID: "m1", byUserId: "u7", isAdmin: false }]);
      expect(rongcloud.received).toEqual([]);
    }),
  );

  test.each([
    ["private chat", privateStatus, { toUserId: "bot-helpdesk" }],
    ["group", groupStatus, { toUserId: undefined, toGroupId: "g1" }],
  ])("that is a status message in a %s triggers no bot, and reaches no IM", async (_name, path, target) => {
    await withRongCloud(im, async (rongcloud) => {
      const { send, jobs } = setUp(rongcloud);
      const form = statusForm({ fromUserId: "u7", ...target });
      expect(await send(path, form)).toMatchObject({ status: 200, body: { code: 200 } });
      expect(jobs()).toEqual([]);
      expect(rongcloud.received).toEqual([]);
    })();
  });

  test(
    "cannot stream: there is nobody who could receive it",
    withRongCloud(im, async (rongcloud) => {
      const { send } = setUp(rongcloud);
      const errorMessage =
        'fromUserId: must be a bot of the app, as this bridge runs stand-alone (passThrough is off), got "u7"';
      const sent = await send(privateStream, chunk({}, { fromUserId: "u7" }));
      expect(sent).toMatchObject({ status: 400, body: { code: 1002, errorMessage } });
      expect(rongcloud.received).toEqual([]);
    }),
  );
});

describe("stand-alone, a malformed call is refused before anything is done:", () => {
  test.each([
    [
      "a recall in a chat room",
      recallPath,
      recallForm({ conversationType: "4" }),
      'conversationType: must be 1 (private chat) or 3 (group), got "4"',
    ],
    [
      "a recall of no message",
      recallPath,
      recallForm({ messageUID: undefined }),
      "messageUID: is required, got nothing",
    ],
    [
      "a recall at a time in words",
      recallPath,
      recallForm({ sentTime: "now" }),
      'sentTime: must be milliseconds since the epoch, got "now"',
    ],
    [
      "a recall by a maybe-admin",
      recallPath,
      recallForm({ isAdmin: "2" }),
      'isAdmin: must be 0 or 1, got "2"',
    ],
    [
      "a status message to nobody",
      privateStatus,
      statusForm({ toUserId: undefined }),
      "toUserId: is required, got nothing",
    ],
    [
      "a status message to four groups",
      groupStatus,
      statusForm({ toGroupId: ["g1", "g2", "g3", "g4"] }),
      "toGroupId: at most 3 entries, got 4",
    ],
  ])("%s", async (_name, path, form, errorMessage) => {
    await withRongCloud(im, async (rongcloud) => {
      const { send, recalls, log } = setUp(rongcloud);
      expect(await send(path, form)).toMatchObject({ status: 400, body: { code: 1002, errorMessage } });
      expect(recalls).toEqual([]);
      expect(rongcloud.received).toEqual([]);
      expect(JSON.stringify(log.lines)).not.toContain("u7");
    })();
  });
});

describe("with a real RongCloud behind the bridge, these calls", () => {
  test.each([
    [recallPath, recallForm(), formType],
    [privateStatus, statusForm({ fromUserId: "u7" }), formType],
    [groupStatus, "anything=at+all", formType],
    [privateStream, chunk({ seq: -1 }), "application/json;charset=utf-8"],
    [groupStream, chunk({}, { fromUserId: "u7" }), "application/json"],
  ])("are forwarded to it as they are: %s", async (path, body, type) => {
    await withRongCloud(im, async (rongcloud) => {
      const { send, recalls, jobs } = setUp(rongcloud, true);
      expect(await send(path, body, { "Content-Type": type })).toMatchObject({ status: 200, text: ofTheIm });
      expect(rongcloud.received).toMatchObject([{ method: "POST", path, headers: { "content-type": type } }]);
      expect(rongcloud.received[0]?.body.toString()).toBe(body);
      expect(recalls).toEqual([]);
      expect(jobs()).toEqual([]);
    })();
  });
});
