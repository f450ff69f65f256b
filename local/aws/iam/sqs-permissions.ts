import * as v from "valibot";
import { arnOf } from "../template/account.ts";
import type { Permission } from "../template/permissions.ts";

const request = v.object({ QueueUrl: v.string() });

/** The permissions that a call of SQS needs: a batch needs that of the single call. */
export const permissionsForSqs = (target: unknown, body: unknown): Permission[] => {
  const parsed = v.safeParse(request, body);
  if (!parsed.success) return [];
  const operation = String(target)
    .replace(/^.*\./, "")
    .replace(/Batch$/, "");
  const queue = parsed.output.QueueUrl.split("/").at(-1) ?? "";
  return [{ action: `sqs:${operation}`, resource: arnOf("sqs", queue) }];
};
