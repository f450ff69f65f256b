import { describe, expect, test } from "@jest/globals";
import { welcome } from "../../../../local/terminal/welcome.ts";

const places = {
  url: "http://127.0.0.1:3000",
  consoleUrl: "http://127.0.0.1:4",
  demoBotIds: ["bot-demo"],
  difySimulatorUrl: "http://127.0.0.1:1",
  appServerSimulatorUrl: "http://127.0.0.1:2",
};

describe("the welcome", () => {
  test("says first that it is ready, and its address", () => {
    expect(welcome(places)).toMatch(/^ready http:\/\/127\.0\.0\.1:3000\n/);
  });

  test("says where to talk to the demo bot, and where the simulators are", () => {
    const text = welcome(places);
    expect(text).toContain("in a browser: http://127.0.0.1:4\n");
    expect(text).toContain(
      "Simulators (docs/simulators.md): Dify at http://127.0.0.1:1, app server at http://127.0.0.1:2.",
    );
  });

  test("names the demo bots, the second only if there is one", () => {
    expect(welcome(places)).toContain("-d toUserId=bot-demo ");
    expect(welcome(places)).not.toContain("Other demo bots:");
    const both = welcome({ ...places, demoBotIds: ["bot-demo", "bot-openai"] });
    expect(both).toContain("Other demo bots: bot-openai.\n");
  });

  test("names no Dify simulator if there is a real one", () => {
    expect(welcome({ ...places, difySimulatorUrl: undefined })).not.toContain("Dify at");
  });
});
