// Bot Framework: it has no helper that streams, so that the answer is sent at its end, after a typing activity.
import { createServer } from "node:http";
import { json as readJson } from "node:stream/consumers";
import { ActivityTypes, CloudAdapter, ConfigurationBotFrameworkAuthentication } from "botbuilder";
import { askDify } from "./ask-dify.mjs";

// Without an app id it checks no tokens.
const adapter = new CloudAdapter(new ConfigurationBotFrameworkAuthentication({}));

const answer = async (context) => {
  if (context.activity.type !== ActivityTypes.Message) return;
  await context.sendActivity({ type: ActivityTypes.Typing });
  let whole = "";
  for await (const text of askDify(context.activity.from.id, context.activity.text)) whole += text;
  await context.sendActivity(whole);
};

createServer(async (request, response) => {
  request.body = await readJson(request);
  // What the adapter expects of a response of Express or restify.
  response.status = (status) => response.writeHead(status);
  response.send = (body) => response.end(body && JSON.stringify(body));
  response.header = response.setHeader;
  await adapter.process(request, response, answer);
}).listen(Number(process.env.PORT), "127.0.0.1");
