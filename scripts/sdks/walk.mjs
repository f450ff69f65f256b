// Run in a folder with RongCloud's Node SDK. Prints the code of each call as a line of JSON.
import { createRequire } from "node:module";

const { APP_KEY: appkey, APP_SECRET: secret, API_URL: api } = process.env;
const { User, Message } = createRequire(`${process.cwd()}/`)("rongcloud-sdk")({ appkey, secret, api });

const report = (step, { code }) => console.log(JSON.stringify({ step, code: Number(code) }));

const register = () =>
  User.register({ id: "sdk-user", name: "Ann", portrait: "https://example.com/ann.png" });
const send = (content) =>
  Message.Private.send({
    senderId: "sdk-user",
    targetId: "bot-demo",
    objectName: "RC:TxtMsg",
    content: { content },
  });
const mention = (type) =>
  Message.Group.sendMention({
    senderId: "sdk-user",
    targetId: "sdk-group",
    objectName: "RC:TxtMsg",
    content: { content: "@Demo hello", mentionedInfo: { type, userIds: ["bot-demo"], pushContent: "" } },
  });

report("token", await register());
report("message", await send("hello"));
report("mention", await mention(2));
report("mention, type as a string", await mention("2"));
report("same call again", await register());
for (let call = 0; call < 50; call += 1) report("50 calls", await send(`message ${call}`));
