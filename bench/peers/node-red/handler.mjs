// Node-RED: a flow of its standard nodes. `http request` reads a whole response, so that the answer is sent at its end.
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import RED from "node-red";

const { PORT } = process.env;

const makeQuestion = `
const { user, text } = msg.payload;
const conversation_id = flow.get(user) ?? "";
msg.user = user;
msg.url = env.get("DIFY_API_URL") + "/chat-messages";
msg.headers = { authorization: "Bearer " + env.get("DIFY_API_KEY") };
msg.payload = { query: text, user, inputs: {}, response_mode: "streaming", conversation_id };
return msg;`;

const readAnswer = `
if (msg.statusCode !== 200) return node.error("Dify: " + msg.statusCode, msg);
const lines = msg.payload.split("\\n").filter((line) => line.startsWith("data: "));
const events = lines.map((line) => JSON.parse(line.slice("data: ".length)));
flow.set(msg.user, events[0].conversation_id);
const answers = events.filter(({ event }) => event === "message").map(({ answer }) => answer);
return { url: env.get("PLATFORM_URL") + "/messages", payload: { user: msg.user, text: answers.join("") } };`;

const z = "flow";
const post = { z, type: "http request", method: "POST", ret: "txt" };
const flows = [
  { id: z, type: "tab", label: "Dify" },
  { id: "in", z, type: "http in", url: "/messages", method: "post", wires: [["accept", "question"]] },
  { id: "accept", z, type: "http response", statusCode: "200", wires: [] },
  { id: "question", z, type: "function", func: makeQuestion, outputs: 1, wires: [["dify"]] },
  { ...post, id: "dify", wires: [["answer"]] },
  { id: "answer", z, type: "function", func: readAnswer, outputs: 1, wires: [["send"]] },
  { ...post, id: "send", wires: [[]] },
];

writeFileSync("flows.json", JSON.stringify(flows));
const server = createServer((request, response) => RED.httpNode(request, response));
RED.init(server, {
  userDir: process.cwd(),
  flowFile: "flows.json",
  httpAdminRoot: false,
  httpNodeRoot: "/",
  logging: { console: { level: "warn" } },
});
await RED.start();
server.listen(Number(PORT), "127.0.0.1");
