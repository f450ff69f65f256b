import { describe, expect, test } from "@jest/globals";
import { rongcloudUrls } from "#adapters/rongcloud/send-to-rongcloud.ts";

describe("RongCloud's hosts", () => {
  test.each([
    ["https://api.rong-api.com", "https://api-b.rong-api.com/"],
    ["https://api.sg-light-api.com", "https://api-b.sg-light-api.com/"],
    ["https://api.sg-b-light-api.com", "https://api-b.sg-b-light-api.com/"],
    ["https://api.us-light-api.com", "https://api-b.us-light-api.com/"],
    ["https://api.sau-light-api.com", "https://api-b.sau-light-api.com/"],
    ["https://api-b.sg-light-api.com", "https://api.sg-light-api.com/"],
  ])("come in pairs, each the other's backup: %s", (given, other) => {
    expect(rongcloudUrls(given)).toEqual([given, other]);
  });

  test.each([
    "http://127.0.0.1:7000",
    "https://im.example.com/rong",
    "https://api.rong-api.com.evil.example",
  ])("are not guessed: %s has no backup", (given) => {
    expect(rongcloudUrls(given)).toEqual([given]);
  });
});
