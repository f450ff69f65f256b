import * as v from "valibot";
import type { App } from "../apps/apps.ts";
import { invalidParam } from "../http/refusal.ts";
import type { JsonValue } from "../json.ts";
import type { StandIn } from "../state/stand-in.ts";

const filesSchema = v.array(
  v.intersect([
    v.looseObject({ type: v.picklist(["image", "document", "audio", "video", "custom"]) }),
    v.variant("transfer_method", [
      v.looseObject({ transfer_method: v.literal("remote_url"), url: v.pipe(v.string(), v.url()) }),
      v.looseObject({ transfer_method: v.literal("local_file"), upload_file_id: v.string() }),
    ]),
  ]),
);

/** A1: the files that came with a message; an app without file upload does not look at them. */
export const checkFiles = (
  { uploads }: StandIn,
  app: App,
  user: string,
  given: JsonValue | undefined,
): void => {
  if (!app.profile.fileUpload || given === undefined || given === null) return;
  const files = v.safeParse(filesSchema, given);
  if (!files.success) throw invalidParam("Invalid file");
  for (const file of files.output) {
    if (file.transfer_method === "local_file" && !uploads.has(app.key, user, file.upload_file_id)) {
      throw invalidParam("Invalid upload file");
    }
  }
};
