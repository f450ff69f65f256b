import { randomUUID } from "node:crypto";
import * as v from "valibot";
import type { Behaviour } from "./behaviour.ts";
import { type AppMode, type Profile, type ProfileInput, profileProblems, profileSchema } from "./profile.ts";
import { type VersionTraits, versions } from "./versions.ts";

export interface App {
  readonly key: string;
  readonly id: string;
  readonly workflowId: string;
  readonly profile: Profile;
  readonly traits: VersionTraits;
  /** The behaviour of the next run; one that holds for a number of times is used up by asking. */
  readonly takeBehaviour: () => Behaviour;
  /** The number of the next workflow run, which 0.15 shows. */
  readonly takeSequenceNumber: () => number;
}

export const runsGraph = (mode: AppMode): boolean => mode === "advanced-chat" || mode === "workflow";

/** A8-8: whether its runs go on when their client has left. */
export const outlivesClient = ({ profile, traits }: Pick<App, "profile" | "traits">): boolean =>
  traits.detachedRuns && runsGraph(profile.mode);

const makeApp = (key: string, profile: Profile): App => {
  let behavioursLeft =
    "times" in profile.behaviour ? (profile.behaviour.times ?? Number.POSITIVE_INFINITY) : Infinity;
  let sequenceNumber = 0;
  return {
    key,
    id: randomUUID(),
    workflowId: randomUUID(),
    profile,
    traits: versions[profile.version],
    takeBehaviour: () => {
      if (behavioursLeft === 0) return { kind: "normal" };
      behavioursLeft -= 1;
      return profile.behaviour;
    },
    takeSequenceNumber: () => {
      sequenceNumber += 1;
      return sequenceNumber;
    },
  };
};

// A recording's name carries its version in front: app-replay-1.12.1-cf-llm-stream.
const replayKey = /^app-replay-(?<version>\d[\d.]*)-(?<name>[\w-]+)$/;

const defaultProfile = (key: string): Profile => {
  const replay = replayKey.exec(key)?.groups;
  return v.parse(
    profileSchema,
    replay === undefined ? {} : { reply: { kind: "replay", recording: `${replay.version}/${replay.name}` } },
  );
};

export interface Apps {
  /** Any key beginning `app-` is an app; undefined is a key that Dify would not know. */
  readonly byKey: (key: string) => App | undefined;
  /** Throws with what is wrong when the profile is not one. */
  readonly configure: (key: string, profile: ProfileInput) => App;
}

export const makeApps = (): Apps => {
  const apps = new Map<string, App>();
  const keep = (key: string, profile: Profile): App => {
    const app = makeApp(key, profile);
    apps.set(key, app);
    return app;
  };
  return {
    byKey: (key) => apps.get(key) ?? (key.startsWith("app-") ? keep(key, defaultProfile(key)) : undefined),
    configure: (key, profile) => {
      const parsed = v.safeParse(profileSchema, profile);
      if (!parsed.success) throw new TypeError(profileProblems(parsed.issues));
      return keep(key, parsed.output);
    },
  };
};
