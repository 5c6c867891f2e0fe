# Lesson 5: when it goes wrong.

faults-wrong-string-action = Give the device a policy's string
faults-wrong-string-mend = Give it its own string
faults-wrong-key-action = Give the device another one's key
faults-wrong-key-mend = Give it its own key
faults-disabled-action = Disable the device
faults-disabled-mend = Enable it again
faults-expired-token-action = Connect with an old token
faults-expired-token-mend = Connect with a fresh token
faults-offline-action = Call a device that is off
faults-offline-mend = Start it and call again
faults-conflict-action = Write with an old etag
faults-conflict-mend = Read again and write
faults-quota-action = Use up the day
faults-quota-mend = Wait for the next day

# What each check looks for, and what it can see: first the fault, then its end.

check-faults-wrong-string-looked-for = Looked at the text that { $device } was given, and then for a connection and a message with its own string.
check-faults-wrong-string-fault-saw = The device holds a policy's connection string, which has no DeviceId. Its program ended before it sent a byte.
check-faults-wrong-string-own = The device holds a device connection string. The fault has not shown itself.
check-faults-wrong-string-missing = The device has no connection string at all.
check-faults-wrong-string-other = The device holds text that is not a connection string of a policy.
check-faults-wrong-string-not-tried = The device holds a policy's connection string, but its program has not tried it.

check-faults-wrong-key-looked-for = Looked for a connection of { $device } that the hub refused because of the key, and then for one that it accepted.
check-faults-wrong-key-fault-saw = The hub answered CONNACK { $code }, not authorised. The key is neither of the two in the registry.
check-faults-wrong-key-missing = The device has no connection string that could hold a wrong key.
check-faults-wrong-key-other-device = The device's connection string is not for { $device }.
check-faults-wrong-key-right = The device's key is one of the two in the registry. The fault has not shown itself.

check-faults-disabled-looked-for = Looked for a connection of { $device } that the hub refused because it is disabled, and then for one that it accepted.
check-faults-disabled-fault-saw = The registry has { $device } as disabled, and the hub answered CONNACK { $code }, not authorised.
check-faults-disabled-unknown = The registry has no { $device }.
check-faults-disabled-enabled = The registry has { $device } as enabled. The fault has not shown itself.

check-faults-expired-token-looked-for = Looked for a connection of { $device } that the hub refused because of an old token, and then for one that it accepted.
check-faults-expired-token-fault-saw = The device's token has expired, and the hub answered CONNACK { $code }, not authorised.
check-faults-expired-token-missing = The device has no connection string, and so no token.
check-faults-expired-token-key = The device holds a key, from which it makes fresh tokens. The fault has not shown itself.
check-faults-expired-token-good = The device's token is still good. It expires soon.

check-faults-offline-looked-for = Looked for a call of { $device } that the hub refused because the device was off, and then for one that it answered.
check-faults-offline-fault-saw = The hub refused the call with 404103, DeviceNotOnline.
check-faults-offline-none = Nobody has called { $device }.
check-faults-offline-answered = { $device } answered the call. The fault has not shown itself.
check-faults-offline-still = The hub still refuses the call with 404103, DeviceNotOnline. Start the device first.
check-faults-offline-mended-saw = The same call went through, and { $device } answered it.

check-faults-conflict-looked-for = Looked for a write to the twin of { $device } that the hub refused because of an old etag, and then for one that it took.
check-faults-conflict-fault-saw = The hub refused the write with 412, PreconditionFailed: somebody else had changed the twin.
check-faults-conflict-none = The program has not written to the twin of { $device } yet.
check-faults-conflict-alone = The write went through: nobody had changed the twin in between. The fault has not shown itself.
check-faults-conflict-still = The hub refused the newest write with 412, PreconditionFailed. Read again and write with the new etag.
check-faults-conflict-mended-saw = The program read the twin again, and the hub took its write with the new etag.

check-faults-quota-looked-for = Looked for a used-up day on which the hub refused { $device } and the cloud, and then for a message on a day that is not used up.
check-faults-quota-fault-saw = { $used } messages are used of { $quota }. The hub answered CONNACK { $code } to the device and 403002, IotHubQuotaExceeded, to the cloud.
check-faults-quota-off = The limits are not enforced. The fault has not shown itself.
check-faults-quota-left = { $used } messages are used of { $quota }. The hub still takes more.
check-faults-quota-not-refused = The day is used up, but no connection was refused with CONNACK { $code } yet.
check-faults-quota-not-called = The day is used up, and the hub refused the device with CONNACK { $code }. The cloud has not tried yet.
check-faults-quota-used-up = The day is still used up: { $used } messages of { $quota }.
check-faults-quota-on = A message of { $device } arrived on the new day. The limits are still enforced.
check-faults-quota-mended-saw = A new day has begun, a message of { $device } arrived, and the limits are off again.

# What several steps can see.

check-faults-mended-saw = { $device } connected with its own string, and the hub has its message.
check-faults-not-tried = { $device } has not tried to connect since its program was started last.
check-faults-let-in = The hub accepted the connection. The fault has not shown itself.
check-faults-silent = The hub accepted the connection, but it has no message of { $device } from it yet.
check-faults-refused = The hub refused the newest connection of { $device } with CONNACK { $code }.
check-faults-other-code = The hub refused the connection, but with CONNACK { $code }.
check-faults-other-refusal = The hub refused for another reason: { $reason }.
check-faults-unanswered = The hub has not answered yet.

# What the empty places of the bench say.

faults-empty-registry = No device yet. The first step registers one.
faults-empty-device-console = What the device's program prints appears here, errors included. Step 1 makes the first one.
faults-empty-cloud-console = What the cloud's programs print appears here, errors included. Step 5 makes the first one.
faults-empty-wire = Every packet and request appears here. The first step makes some.
faults-empty-events = Telemetry appears here when a program reads it. This lesson reads none.
