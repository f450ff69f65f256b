import { describe, expect, test } from "@jest/globals";
import { allRecordings } from "../../../support/recordings.ts";
import { send, withDify } from "./client.ts";

const oneOfEachKind = [
  ...new Map(
    allRecordings().map((each) => {
      const [name, { status, contentType }] = each;
      return [`${name.split("/")[0]} ${status} ${contentType}`, each] as const;
    }),
  ).values(),
];

describe("an app that replays a recording", () => {
  test(
    "answers a run with the recording's status, content type and bytes",
    withDify(async (dify) => {
      await Promise.all(
        oneOfEachKind.map(async ([name, recorded]) => {
          const response = await fetch(`${dify.url}/chat-messages`, {
            method: "POST",
            headers: { authorization: `Bearer app-replay-${name.replace("/", "-")}` },
            body: "{}",
          });
          expect([name, response.status]).toEqual([name, recorded.status]);
          expect(response.headers.get("content-type")).toBe(recorded.contentType);
          expect(Buffer.from(await response.arrayBuffer())).toEqual(recorded.body);
        }),
      );
    }),
  );

  test(
    "says when there is no such recording",
    withDify(async (dify) => {
      const { status, text } = await send(dify, "app-replay-1.12.1-nothing", "POST", "/chat-messages", {});
      expect([status, text]).toEqual([404, expect.stringContaining("no recording 1.12.1/nothing")]);
    }),
  );
});
