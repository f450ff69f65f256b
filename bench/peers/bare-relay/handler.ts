import { createServer } from "node:http";
import { text as readText } from "node:stream/consumers";
import * as v from "valibot";
import { makeBareRelay } from "../../bare-relay.ts";
import { answerScript } from "../../servers/script.ts";

// The bare relay as a bot behind RongCloud's callbacks: the floor of all rows.

const { PORT, PLATFORM_URL, DIFY_API_URL } = v.parse(
  v.object({ PORT: v.string(), PLATFORM_URL: v.string(), DIFY_API_URL: v.string() }),
  process.env,
);
const relay = makeBareRelay({ difyUrl: DIFY_API_URL, imUrl: PLATFORM_URL }, 200);
const content = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({ content: v.pipe(v.string(), v.parseJson(), answerScript) }),
);

createServer(async (request, response) => {
  const form = new URLSearchParams(await readText(request));
  response.end();
  await relay(form.get("fromUserId") ?? "", v.parse(content, form.get("content")).content).catch(
    console.error,
  );
}).listen(Number(PORT), "127.0.0.1");
