import * as v from "valibot";
import { behaviourSchema } from "./behaviour.ts";
import { formVariableSchema } from "./input-form.ts";
import { versionNames, versions } from "./versions.ts";

const appModes = ["chat", "agent-chat", "advanced-chat", "agent", "completion", "workflow"] as const;

export type AppMode = (typeof appModes)[number];

const replySchema = v.variant("kind", [
  v.strictObject({ kind: v.literal("echo") }),
  v.strictObject({ kind: v.literal("text"), text: v.string() }),
  v.strictObject({ kind: v.literal("deltas"), deltas: v.array(v.string()) }),
  /** A recording's bytes, whatever is asked: `<version>/<name>`. */
  v.strictObject({
    kind: v.literal("replay"),
    recording: v.pipe(v.string(), v.regex(/^\d[\d.]*\/[\w-]+$/, "a recording is named <version>/<name>")),
  }),
]);

const sourceSchema = v.strictObject({
  dataset: v.string(),
  document: v.string(),
  content: v.string(),
  score: v.optional(v.number(), 0.9),
});

export type Source = v.InferOutput<typeof sourceSchema>;

const toolSchema = v.strictObject({ name: v.string(), input: v.string(), observation: v.string() });

export type Tool = v.InferOutput<typeof toolSchema>;

/** What one app, that is one key, is and does. */
export const profileSchema = v.pipe(
  v.strictObject({
    name: v.optional(v.string(), "stand-in"),
    mode: v.optional(v.picklist(appModes), "advanced-chat"),
    version: v.optional(v.picklist(versionNames), "1.12.1"),
    /** Where a chatflow's or workflow's text comes from: a streaming LLM node, a template node, the Answer node itself. */
    graph: v.optional(v.picklist(["llm", "template", "answer"]), "llm"),
    reply: v.optional(replySchema, { kind: "echo" }),
    behaviour: v.optional(behaviourSchema, { kind: "normal" }),
    paceMs: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(600_000))),
    /** Without a form every input is taken as it comes. */
    form: v.optional(v.array(formVariableSchema)),
    /** Off, an app ignores the files that it is sent. */
    fileUpload: v.optional(v.boolean(), false),
    openingStatement: v.optional(v.string(), ""),
    suggested: v.optional(v.array(v.string())),
    sources: v.optional(v.array(sourceSchema), []),
    /** What an agent calls before it answers. */
    tool: v.optional(toolSchema),
  }),
  v.check(
    ({ behaviour, mode, version }) =>
      behaviour.kind !== "paused" ||
      ((mode === "advanced-chat" || mode === "workflow") && versions[version].humanInput),
    "only a chatflow or workflow from 1.13 on pauses for a human",
  ),
  v.check(
    ({ behaviour, mode }) => behaviour.kind !== "no_streaming" || (mode !== "agent-chat" && mode !== "agent"),
    "an agent does nothing but stream",
  ),
);

export type Profile = v.InferOutput<typeof profileSchema>;

export type ProfileInput = v.InferInput<typeof profileSchema>;

/** What is wrong with a profile, in one line. */
export const profileProblems = (issues: readonly v.BaseIssue<unknown>[]): string =>
  issues.map((issue) => `${v.getDotPath(issue) ?? "profile"}: ${issue.message}`).join("; ");
