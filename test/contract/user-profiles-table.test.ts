import { GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { makeUserProfilesTable } from "#adapters/dynamodb/user-profiles-table.ts";
import type { AppSecrets } from "#adapters/secrets/app-secrets.ts";
import { maxTokenHours } from "#core/chat/chat-user.ts";
import type { ProfileChanges } from "#core/chat/user-profile.ts";
import { closeAfterAll } from "../support/close-after.ts";
import { startTable, type TestTable } from "../support/dynamodb.ts";
import { makeTestClock } from "../support/test-clock.ts";
import { app, appsBehind, appsOf, namedKey } from "../unit/adapters/secrets/apps.ts";

const hourMs = 60 * 60 * 1000;

let table: TestTable;
beforeAll(async () => {
  table = closeAfterAll(await startTable("guards"));
});

let users = 0;
/** The store, its clock, and a user that no other test uses. */
const setUp = () => {
  users += 1;
  const clock = makeTestClock();
  const user = { appKey: "app-one", userId: `u${users}` };
  const storeWith = (apps: AppSecrets) => makeUserProfilesTable({ ...table, apps, clock });
  const store = storeWith(appsOf(app(), app({ appKey: "app-two" })));
  const save = (changes: Partial<ProfileChanges>) =>
    store.save(user, { name: undefined, portraitUri: undefined, ...changes });
  const guardOf = (userId: string) => `profile#${JSON.stringify([user.appKey, userId])}`;
  const itemOf = async () => {
    const Key = { guard: guardOf(user.userId) };
    return (await table.client.send(new GetCommand({ TableName: table.tableName, Key }))).Item;
  };
  return { clock, user, store, storeWith, save, guardOf, itemOf };
};

const portraitUri = "https://example.com/a.png";

describe("a user's profile", () => {
  test("is found as it was saved, with the time of the first save", async () => {
    const { store, user, save, clock } = setUp();
    const createdAt = clock.now();
    expect(await store.find(user)).toBeUndefined();
    await save({ name: "安 😀", portraitUri });
    await clock.advance(hourMs);
    await save({ name: "Ann" });
    expect(await store.find(user)).toEqual({ name: "Ann", portraitUri, createdAt });
  });

  test("keeps the fields that a call omits, and loses those that it empties", async () => {
    const { store, user, save } = setUp();
    await save({ name: "Ann", portraitUri });
    await save({ portraitUri: "" });
    expect(await store.find(user)).toMatchObject({ name: "Ann", portraitUri: "" });
    await save({});
    expect(await store.find(user)).toMatchObject({ name: "Ann", portraitUri: "" });
  });

  test("is found without any field, for a user who only has a token", async () => {
    const { store, user, save } = setUp();
    await save({});
    expect(await store.find(user)).toMatchObject({ name: "", portraitUri: "" });
  });

  test("is another one in another app", async () => {
    const { store, user, save } = setUp();
    await save({ name: "Ann" });
    expect(await store.find({ ...user, appKey: "app-two" })).toBeUndefined();
  });

  test("is kept for as long as a token may be valid, and not found after its end, deleted or not", async () => {
    const { store, user, save, clock, itemOf } = setUp();
    await save({ name: "Ann" });
    await clock.advance(maxTokenHours * hourMs);
    expect(await store.find(user)).toMatchObject({ name: "Ann" });
    await clock.advance(48 * hourMs);
    expect(await store.find(user)).toBeUndefined();
    expect((await itemOf())?.ttl).toBe(clock.now() / 1000 + 24 * 60 * 60);
  });
});

describe("what is stored of a user", () => {
  test("cannot be read without the data key", async () => {
    const { save, itemOf } = setUp();
    await save({ name: "Ann Example", portraitUri });
    const item = JSON.stringify(await itemOf());
    expect(item).not.toContain("Ann");
    expect(item).not.toContain("example.com");
  });

  test("cannot be read in another user's record, or as another field", async () => {
    const { save, store, user, itemOf, guardOf } = setUp();
    await save({ name: "Ann", portraitUri });
    const item = await itemOf();
    const plant = (given: object) =>
      table.client.send(new PutCommand({ TableName: table.tableName, Item: { ...item, ...given } }));
    await plant({ guard: guardOf("thief") });
    await expect(store.find({ ...user, userId: "thief" })).rejects.toThrow();
    await plant({ guard: guardOf(user.userId), sealedName: item?.sealedPortraitUri });
    await expect(store.find(user)).rejects.toThrow();
  });

  test("is read with the newest key even by a process that does not have it yet", async () => {
    const { user, storeWith, save } = setUp();
    const rotated = app({ dataKeys: [namedKey("d2", 9), namedKey("d1", 1)] });
    await storeWith(appsOf(rotated)).save(user, { name: "Ann", portraitUri: undefined });
    await save({ portraitUri });
    const { apps, reads } = appsBehind(app(), rotated);
    expect(await storeWith(apps).find(user)).toMatchObject({ name: "Ann", portraitUri });
    expect(reads.count).toBe(1);
  });

  test("is empty, and no error, once its data key was removed", async () => {
    const { user, storeWith, save } = setUp();
    await save({ name: "Ann", portraitUri });
    const changed = storeWith(appsOf(app({ dataKeys: [namedKey("d2", 9)] })));
    expect(await changed.find(user)).toMatchObject({ name: "", portraitUri: "" });
    await changed.save(user, { name: "Ann", portraitUri: undefined });
    expect(await changed.find(user)).toMatchObject({ name: "Ann", portraitUri: "" });
  });
});
