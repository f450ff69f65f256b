# Prints the code of each call that RongCloud's Python SDK makes, as a line of JSON.
import json
import os

from rongcloud import RongCloud
from rongcloud.base import RongCloudBase

RongCloudBase.api_host = os.environ["API_URL"]
rongcloud = RongCloud(os.environ["APP_KEY"], os.environ["APP_SECRET"])


def report(step, response):
    print(json.dumps({"step": step, "code": response.result["code"]}), flush=True)


def register():
    return rongcloud.User.getToken("sdk-user", "Ann", "https://example.com/ann.png")


def send(content):
    return rongcloud.Message.publishPrivate(
        "sdk-user", "bot-demo", "RC:TxtMsg", json.dumps({"content": content})
    )


def mention(kind):
    content = {"content": "@Demo hello", "mentionedInfo": {"type": kind, "userIdList": ["bot-demo"]}}
    # This version has no parameter for isMentioned.
    form = {"fromUserId": "sdk-user", "toGroupId": "sdk-group", "objectName": "RC:TxtMsg"}
    return rongcloud.Message.call_api(
        "/message/group/publish.json", {**form, "content": json.dumps(content), "isMentioned": 1}
    ).json()


report("token", register())
report("message", send("hello"))
for step, kind in (("mention", 2), ("mention, type as a string", "2")):
    print(json.dumps({"step": step, "code": mention(kind)["code"]}), flush=True)
report("same call again", register())
for call in range(50):
    report("50 calls", send(f"message {call}"))
