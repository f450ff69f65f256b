import { describe, expect, test } from "@jest/globals";
import { welcome } from "../../../../local/terminal/welcome.ts";

const places = {
  url: "http://127.0.0.1:3000",
  consoleUrl: "http://127.0.0.1:4",
  standInDifyUrl: "http://127.0.0.1:1",
  standInAppServerUrl: "http://127.0.0.1:2",
};

describe("the welcome", () => {
  test("says first that it is ready, and where", () => {
    expect(welcome(places)).toMatch(/^ready http:\/\/127\.0\.0\.1:3000\n/);
  });

  test("tells where to talk to the demo bot, and where the stand-ins are", () => {
    const text = welcome(places);
    expect(text).toContain("in a browser: http://127.0.0.1:4\n");
    expect(text).toContain(
      "stand-in Dify at http://127.0.0.1:1, the stand-in app server at http://127.0.0.1:2.",
    );
  });

  test("names no stand-in Dify where there is a real one", () => {
    expect(welcome({ ...places, standInDifyUrl: undefined })).not.toContain("Dify at");
  });
});
