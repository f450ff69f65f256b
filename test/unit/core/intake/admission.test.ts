import { describe, expect, test } from "@jest/globals";
import { makeAcceptBotEvent } from "#core/intake/accept-bot-event.ts";
import { makeAcceptMessages } from "#core/intake/accept-messages.ts";
import { privateMessage } from "../../../support/messages.ts";
import { bot, messageEvent } from "../../../support/turns.ts";
import { setUpIntake } from "./intake-setup.ts";

type Intake = ReturnType<typeof setUpIntake>;
type Accept = (to: string, admission: Promise<void>) => Promise<unknown>;

const messagesTo = ({ ports }: Intake): Accept => {
  const accept = makeAcceptMessages(ports);
  return (toUserId, admission) => accept("app-one", "u7", [privateMessage({ toUserId })], admission);
};
const eventsOf = ({ ports }: Intake): Accept => {
  const accept = makeAcceptBotEvent(ports);
  return (botUserId, admission) => accept("app-one", botUserId, messageEvent(), admission);
};

describe.each([
  ["messages", messagesTo],
  ["a bot event", eventsOf],
])("the admission of %s", (_what, acceptOf) => {
  /** One that becomes a job, and one that is ignored. */
  const setUp = () => {
    const intake = setUpIntake([bot()]);
    const accept = acceptOf(intake);
    const acceptBoth = (admission: Promise<void>) =>
      ["bot-helpdesk", "nobody"].map((to) => accept(to, admission));
    return { ...intake, acceptBoth };
  };

  test("is decided while bots are looked up, and nothing is done before", async () => {
    const { acceptBoth, bots, clock, dispatched, ignored } = setUp();
    const admission = Promise.withResolvers<void>();
    const accepting = acceptBoth(admission.promise);
    await clock.advance(0);
    expect(bots.reads).toHaveLength(2);
    expect([dispatched, ignored]).toEqual([[], []]);
    admission.resolve();
    await Promise.all(accepting);
    expect([dispatched.length, ignored.length]).toEqual([1, 1]);
  });

  test("that is refused leaves no job and no report", async () => {
    const { acceptBoth, dispatched, ignored } = setUp();
    for (const accepting of acceptBoth(Promise.reject(new Error("the signature was used")))) {
      await expect(accepting).rejects.toThrow("the signature was used");
    }
    expect([dispatched, ignored]).toEqual([[], []]);
  });
});
