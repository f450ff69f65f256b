import { describe, expect, test } from "@jest/globals";
import type { Model, NewFile } from "#core/answer/model.ts";
import type { UploadOwner } from "#core/chat/sent-file.ts";
import { makeUploadChatFile } from "#core/chat/upload-chat-file.ts";
import type { Admission } from "#core/chat/user-guard.ts";
import { callerError } from "#core/shared/errors.ts";
import { chatUser, startMs } from "../../../support/chat/chat-turns.ts";
import { makeMemoryLog } from "../../../support/memory-log.ts";
import { sameModel, silentModel } from "../../../support/models.ts";
import { makeTestClock } from "../../../support/test-clock.ts";
import { bot, difyIntegration, webhookIntegration } from "../../../support/turns.ts";

const picture: NewFile = { kind: "image", name: "a.png", mediaType: "image/png", bytes: new Uint8Array([1]) };

interface Given {
  readonly admission?: Admission;
  readonly upload?: Model["upload"] | "none";
  readonly its?: ReturnType<typeof bot>;
  readonly releases?: () => Promise<void>;
}

const setUp = ({ admission = { status: "admitted" }, its = bot(), releases, upload }: Given = {}) => {
  const done: unknown[] = [];
  const log = makeMemoryLog();
  const take: Model["upload"] = async ({ type }, userId, { name }) => {
    done.push(["upload", type, userId, name]);
    return { kind: "image", uploadId: "f1" };
  };
  const model: Model = upload === "none" ? silentModel : { ...silentModel, upload: upload ?? take };
  const uploadFile = makeUploadChatFile({
    bots: { findWithKeys: async (_appKey, id) => (id === its.userId ? its : undefined) },
    models: sameModel(model),
    uploads: {
      admit: async ({ userId, turn, issuedAt, until }) => {
        done.push(["admit", userId, turn, issuedAt, until - startMs]);
        return admission;
      },
      release: async ({ userId, turn }) => {
        done.push(["release", userId, turn]);
        await releases?.();
      },
    },
    tokens: { seal: async (owner: UploadOwner, file) => JSON.stringify([owner, file]) },
    clock: makeTestClock(startMs),
    newId: () => "id-1",
    log,
  });
  const read = async (): Promise<NewFile> => {
    done.push("read");
    return picture;
  };
  return { done, log, read, uploadFile };
};

const user = chatUser();
const counted = [["admit", "u7", "id-1", user.issuedAt, 30_000], "read"];
const released = ["release", "u7", "id-1"];

describe("a user's file", () => {
  test("is read once it is admitted, passed on, and named for the user, the bot and its integration", async () => {
    const { uploadFile, read, done } = setUp();
    const { type, id } = await uploadFile(user, "bot-helpdesk", undefined, read);
    expect(type).toBe("image");
    expect(JSON.parse(id)).toEqual([
      { appKey: "app-one", userId: "u7", botUserId: "bot-helpdesk", integrationType: "dify_chatflow" },
      { kind: "image", uploadId: "f1" },
    ]);
    expect(done).toEqual([...counted, ["upload", "dify_chatflow", "u7", "a.png"], released]);
  });

  test("goes to the integration that the client names", async () => {
    const its = bot({ integrations: [difyIntegration(), difyIntegration({ type: "dify_agent" })] });
    const { uploadFile, read, done } = setUp({ its });
    await uploadFile(user, "bot-helpdesk", "dify_agent", read);
    expect(done).toContainEqual(["upload", "dify_agent", "u7", "a.png"]);
  });

  test("that the model's server refuses takes no slot", async () => {
    const refusal = callerError("payload_too_large", "file: too large");
    const { uploadFile, read, done } = setUp({ upload: () => Promise.reject(refusal) });
    await expect(uploadFile(user, "bot-helpdesk", undefined, read)).rejects.toBe(refusal);
    expect(done).toEqual([...counted, released]);
  });

  test("is uploaded even if its slot cannot be released, which expires", async () => {
    const { uploadFile, read, log } = setUp({ releases: () => Promise.reject(new Error("no table")) });
    expect(await uploadFile(user, "bot-helpdesk", undefined, read)).toMatchObject({ type: "image" });
    expect(log.lines).toMatchObject([{ event: "upload_slot_not_released", level: "warn" }]);
  });

  test.each<[string, Given, object]>([
    [
      "of too many",
      { admission: { status: "limited", retryAfterMs: 2_000 } },
      { code: "rate_limited", retryAfterMs: 2_000 },
    ],
    ["with a revoked token", { admission: { status: "revoked" } }, { code: "bad_token" }],
    ["for an unknown bot", { its: bot({ userId: "bot-sales" }) }, { code: "not_found" }],
    [
      "for a bot without a model",
      { its: bot({ integrations: [webhookIntegration()] }) },
      { code: "conflict", message: "integration: the bot has no enabled integration that can answer" },
    ],
    [
      "for a model that takes no uploads",
      { upload: "none" },
      { code: "conflict", message: 'integration: its model accepts files by URL only, got "dify_chatflow"' },
    ],
  ])("%s is refused before it is read", async (_what, given, error) => {
    const { uploadFile, read, done } = setUp(given);
    await expect(uploadFile(user, "bot-helpdesk", undefined, read)).rejects.toMatchObject({
      ...error,
      expose: true,
    });
    expect(done).not.toContain("read");
  });
});
