import type { Failure } from "./steps.ts";
import type { Turn } from "./turn.ts";

/** A7: what a chat, completion or agent app says when its model fails. */
export const easyFailure = ({ app, behaviour }: Turn): Failure => {
  const told = behaviour.kind === "model_error" ? behaviour : undefined;
  return {
    code: told?.code ?? "completion_request_error",
    status: told?.status ?? 400,
    message: told?.message ?? app.traits.modelFailure.easy,
  };
};

export interface GraphFailure {
  /** As the run and its node tell it. */
  readonly error: string;
  /** As the `error` event, or a blocking chatflow, tells it. */
  readonly failure: Failure;
}

export const abortedByAnother: GraphFailure = {
  error: "Aborted: User requested stop",
  failure: { code: "invalid_param", status: 400, message: "Run failed: Aborted: User requested stop" },
};

/** A7: a node's failure is `invalid_param` unless the app is told to give another code. */
export const graphFailure = ({ app, behaviour }: Turn): GraphFailure => {
  const told = behaviour.kind === "model_error" ? behaviour : undefined;
  const error = told?.message ?? app.traits.modelFailure.node;
  return {
    error,
    failure: {
      code: told?.code ?? "invalid_param",
      status: told?.status ?? 400,
      message: told?.code === undefined ? `Run failed: ${error}` : error,
    },
  };
};
