import * as v from "valibot";
import { boolean, integerBetween } from "./values.ts";

/** The IM, and the bots in it. */
export const imSettings = {
  rongcloudApiUrl: v.exactOptional(
    v.pipe(
      v.string("must be a URL"),
      v.url("must be a URL"),
      v.description(
        "API of the IM, to which answers are delivered: the host of your RongCloud data centre ([hosts](spec/rongcloud.md#10-hosts)).",
      ),
    ),
    "https://api.rong-api.com",
  ),
  passThrough: v.exactOptional(
    v.pipe(
      boolean,
      v.metadata({
        whenOmitted: "`true` if `rongcloudApiUrl` is a host of RongCloud",
        description:
          "Forwards to RongCloud the API calls that the bridge does not serve, and published messages.",
      }),
    ),
  ),
  botsPerApp: v.exactOptional(
    v.pipe(integerBetween(1, 1000), v.description("Maximum number of bots per app.")),
    10,
  ),
};
