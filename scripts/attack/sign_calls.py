# Schemathesis loads this: it signs each generated call, or adds the user's token, so that the call is not refused as 401.
import hashlib
import os
import secrets
import time

import schemathesis

app_key, app_secret, token = (os.environ[name] for name in ("APP_KEY", "APP_SECRET", "USER_TOKEN"))


def sign():
    nonce, timestamp = secrets.token_hex(8), str(int(time.time() * 1000))
    signature = hashlib.sha1((app_secret + nonce + timestamp).encode()).hexdigest()
    return nonce, timestamp, signature


@schemathesis.hook
def before_call(context, case, kwargs):
    nonce, timestamp, signature = sign()
    if case.path.startswith("/v1/"):
        case.headers["Authorization"] = f"Bearer {token}"
    elif case.path.startswith("/callbacks/"):
        signed = {"appKey": app_key, "nonce": nonce, "timestamp": timestamp, "signature": signature}
        case.query.update(signed)
    else:
        signed = {"App-Key": app_key, "Nonce": nonce, "Timestamp": timestamp, "Signature": signature}
        case.headers.update(signed)
