import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { makeSignedApi } from "#adapters/api-gateway/signed-api.ts";
import { newMessageUID } from "#adapters/rongcloud/message-uid.ts";
import { makePublishToIm } from "#adapters/rongcloud/publish-to-im.ts";
import { parseTurnJob, toJobMessage } from "#adapters/sqs/job-message.ts";
import { makeAcceptMessages } from "#core/intake/accept-messages.ts";
import { makePublishMessage } from "#core/intake/publish-message.ts";
import { makePublishRoutes } from "../../../../functions/message-publish/routes.ts";
import { makeMemoryLog } from "../../../support/memory-log.ts";
import { bot } from "../../../support/turns.ts";
import { lambdaContext, proxyEvent } from "../../adapters/api-gateway/proxy-event.ts";
import {
  type Answer,
  answerWith,
  type RongCloud,
  withRongCloud,
} from "../../adapters/rongcloud/rongcloud.ts";
import { app } from "../../adapters/secrets/apps.ts";
import { setUpIntake } from "../../core/intake/intake-setup.ts";
import { expectRefusal, formCases, words } from "../any-body.ts";
import { type Form, formOf, groupForm, privateForm } from "./forms.ts";

const privatePath = "/message/private/publish.json";
const groupPath = "/message/group/publish.json";

/** The function as it is composed, without AWS, with helpdesk as its bot. */
const setUp = ({ forwardCall }: Pick<RongCloud, "forwardCall">, passesThrough: boolean) => {
  const intake = setUpIntake([bot()]);
  const log = makeMemoryLog();
  const handler = makeSignedApi(
    { verifyCall: async () => app(), log },
    makePublishRoutes({
      publishMessage: makePublishMessage({
        acceptMessages: makeAcceptMessages({ ...intake.ports }),
        passesThrough,
        newMessageUID,
        clock: intake.clock,
      }),
      publishToIm: makePublishToIm(forwardCall),
    }),
  );
  const send = async (path: string, form: Buffer) => {
    const event = proxyEvent({ path, body: form.toString("base64"), isBase64Encoded: true });
    const { statusCode, body, headers } = await handler(event, lambdaContext);
    return { status: statusCode, text: body, body: body && JSON.parse(body), headers };
  };
  const publish = (path: string, form: Form) => send(path, formOf(form));
  return { send, publish, log, jobs: intake.jobs };
};

const uid = expect.stringMatching(/^(?:[0-9A-Z]{4}-){3}[0-9A-Z]{4}$/);
const json = (status: number, body: object): Answer =>
  answerWith(status, "application/json;charset=utf-8", JSON.stringify(body));
const notCalled = json(500, {});

describe("stand-alone", () => {
  test(
    "a private message is answered with an id for each of its users, and is sent to no IM",
    withRongCloud(notCalled, async (rongcloud) => {
      const { publish, jobs } = setUp(rongcloud, false);
      const { status, body } = await publish(privatePath, privateForm({ toUserId: ["bot-helpdesk", "u8"] }));
      expect(status).toBe(200);
      expect(body).toEqual({
        code: 200,
        messageUIDs: [
          { userId: "bot-helpdesk", messageUID: uid },
          { userId: "u8", messageUID: uid },
        ],
      });
      expect(jobs()).toMatchObject([{ event: { data: { msgUID: body.messageUIDs[0].messageUID } } }]);
      expect(rongcloud.received).toEqual([]);
    }),
  );

  test(
    "a message to groups is answered with an id for each of them",
    withRongCloud(notCalled, async (rongcloud) => {
      const { publish, jobs } = setUp(rongcloud, false);
      const { body } = await publish(groupPath, groupForm({ toGroupId: ["g1", "g2"] }));
      expect(body).toEqual({
        code: 200,
        messageUIDs: [
          { groupId: "g1", messageUID: uid },
          { groupId: "g2", messageUID: uid },
        ],
      });
      expect(jobs().map(({ event }) => event.data.toUserId)).toEqual(["g1", "g2"]);
    }),
  );

  test(
    "a bot's message is sent to the IM unchanged, and has the id from there",
    withRongCloud(
      json(200, { code: 200, messageUIDs: [{ userId: "u7", messageUID: "im-1" }] }),
      async (rongcloud) => {
        const { publish, jobs } = setUp(rongcloud, false);
        const form = privateForm({ fromUserId: "bot-helpdesk", toUserId: "u7", pushContent: "你好 & more" });
        const { body } = await publish(privatePath, form);
        expect(body).toEqual({ code: 200, messageUIDs: [{ userId: "u7", messageUID: "im-1" }] });
        expect(rongcloud.received).toMatchObject([{ method: "POST", path: privatePath }]);
        expect(rongcloud.received[0]?.body.equals(formOf(form))).toBe(true);
        expect(jobs()).toEqual([]);
      },
    ),
  );
});

describe("with a real RongCloud behind the bridge", () => {
  test(
    "a private message is sent there, and its bot gets it under the id from there",
    withRongCloud(
      json(200, { code: 200, messageUIDs: [{ userId: "bot-helpdesk", messageUID: "im-1" }] }),
      async (rongcloud) => {
        const { publish, jobs } = setUp(rongcloud, true);
        const { status, body } = await publish(privatePath, privateForm());
        expect({ status, body }).toEqual({
          status: 200,
          body: { code: 200, messageUIDs: [{ userId: "bot-helpdesk", messageUID: "im-1" }] },
        });
        expect(jobs()).toMatchObject([{ event: { data: { msgUID: "im-1" } } }]);
      },
    ),
  );

  test(
    "a message to a group is sent there with the group's path",
    withRongCloud(
      json(200, { code: 200, messageUIDs: [{ groupId: "g1", messageUID: "im-2" }] }),
      async (rongcloud) => {
        const { publish } = setUp(rongcloud, true);
        const { body } = await publish(groupPath, groupForm());
        expect(body).toEqual({ code: 200, messageUIDs: [{ groupId: "g1", messageUID: "im-2" }] });
        expect(rongcloud.received).toMatchObject([{ path: groupPath }]);
        expect(rongcloud.received[0]?.body.toString()).toBe(formOf(groupForm()).toString());
      },
    ),
  );

  test.each([
    ["private", privatePath, privateForm()],
    ["group", groupPath, groupForm()],
  ])(
    "a %s message that it rejects is rejected with its error, and reaches no bot",
    async (_name, path, form) => {
      const refusal = { code: 1009, errorMessage: "not in group", extra: 1 };
      await withRongCloud(json(403, refusal), async (rongcloud) => {
        const { publish, jobs } = setUp(rongcloud, true);
        const { status, text, headers } = await publish(path, form);
        expect({ status, text }).toEqual({ status: 403, text: JSON.stringify(refusal) });
        expect(headers).toMatchObject({
          "content-type": "application/json;charset=utf-8",
          "x-request-id": expect.any(String),
        });
        expect(jobs()).toEqual([]);
      })();
    },
  );

  test(
    "a message that it does not answer is rejected with 500, and reaches no bot",
    withRongCloud(
      (response) => void response.destroy(),
      async (rongcloud) => {
        const { publish, jobs, log } = setUp(rongcloud, true);
        expect(await publish(privatePath, privateForm())).toMatchObject({
          status: 500,
          body: { code: 1000, errorMessage: "internal error, please try again" },
        });
        expect(jobs()).toEqual([]);
        expect(JSON.stringify(log.lines)).not.toContain("hello");
      },
    ),
  );
});

describe("a message that breaks a rule", () => {
  test.each([
    ["private", privatePath, privateForm({ content: "hello" })],
    ["group", groupPath, groupForm({ content: "hello" })],
  ])("is rejected before RongCloud is called, with the %s path", async (_name, path, form) => {
    await withRongCloud(notCalled, async (rongcloud) => {
      const { publish, jobs, log } = setUp(rongcloud, true);
      expect(await publish(path, form)).toMatchObject({
        status: 400,
        body: { code: 1002, errorMessage: 'content: must contain valid JSON, got "hello"' },
      });
      expect(jobs()).toEqual([]);
      expect(rongcloud.received).toEqual([]);
      expect(JSON.stringify(log.lines)).not.toContain("hello");
    })();
  });

  test(
    "because it has no body is rejected with 1003",
    withRongCloud(notCalled, async (rongcloud) => {
      const { publish } = setUp(rongcloud, true);
      expect(await publish(privatePath, {})).toMatchObject({ status: 400, body: { code: 1003 } });
    }),
  );
});

const forwardsNothing: Pick<RongCloud, "forwardCall"> = {
  forwardCall: async () => {
    throw new Error("there is no IM");
  },
};

describe("whatever is sent,", () => {
  test.each(formCases({ [privatePath]: privateForm(), [groupPath]: groupForm() }))(
    "%s is accepted at %s or rejected with a reason, nothing of it is logged, and its jobs can be run",
    async (_name, path, body) => {
      await fc.assert(
        fc.asyncProperty(body, async (form) => {
          const { send, log, jobs } = setUp(forwardsNothing, false);
          const reply = await send(path, form);
          if (reply.status === 200) expect(reply.body).toMatchObject({ code: 200 });
          else expectRefusal(reply);
          expect(JSON.stringify(log.lines)).not.toContain(words);
          for (const job of jobs()) expect(parseTurnJob(toJobMessage(job).MessageBody)).toEqual(job);
        }),
        { numRuns: 150 },
      );
    },
  );
});
