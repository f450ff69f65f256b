import { describe, expect, test } from "@jest/globals";
import { welcome } from "../../../../local/terminal/welcome.ts";

const bridge = "http://127.0.0.1:3000";

describe("the welcome", () => {
  test("says first that it is ready, and where", () => {
    expect(welcome(bridge, undefined, "http://127.0.0.1:2")).toMatch(/^ready http:\/\/127\.0\.0\.1:3000\n/);
  });

  test("tells where the stand-ins are", () => {
    const text = welcome(bridge, "http://127.0.0.1:1", "http://127.0.0.1:2");
    expect(text).toContain(
      "stand-in Dify at http://127.0.0.1:1, the stand-in app server at http://127.0.0.1:2.",
    );
  });

  test("names no stand-in Dify where there is a real one", () => {
    expect(welcome(bridge, undefined, "http://127.0.0.1:2")).not.toContain("Dify at");
  });
});
