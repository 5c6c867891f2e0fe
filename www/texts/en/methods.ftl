# Lesson 2: control a device with direct methods.

methods-register-action = Register the device
methods-strings-action = Hand over the device's string
methods-listen-action = Start the device
methods-call-action = Call the method
methods-refuse-action = Make two calls that fail
methods-offline-action = Call a device that is off

# What stands in places where nothing has happened yet.

methods-empty-registry = No device yet. Step 1 registers the first one.
methods-empty-device-console = What the device's program prints appears here, from step 3 on.
methods-empty-cloud-console = What the cloud's programs print appears here, from step 1 on.
methods-empty-wire = Every packet and every request appears here. Step 1 sends the first request, step 3 the first packets, step 4 the first call.
methods-empty-events = Events appear here as they reach the hub. Step 3 switches on a device that sends some.

# What each check looks for, and what it can see.

check-methods-listen-looked-for = Looked for { $device } to be connected, to be subscribed to direct methods, and to send about once a second.
check-methods-listen-saw = { $device } is connected, waits for calls, and sends every { $seconds } s.
check-methods-listen-offline = { $device } is not connected.
check-methods-listen-deaf = { $device } is connected, but has not subscribed to direct methods.
check-methods-listen-quiet = { $device } waits for calls, but has not sent two messages since it connected.
check-methods-listen-pace = { $device } waits for calls, but its last two messages are { $seconds } s apart, not 1 s. Start it again.

check-methods-call-looked-for = Looked for a call of { $method } that { $device } answered with 200, and for two messages since then that are as far apart as the call said.
check-methods-call-saw = { $device } answered 200, and its last two messages are { $seconds } s apart.
check-methods-call-none = Nobody has called a method of { $device }.
check-methods-call-unanswered = { $name } was called, and { $device } has not answered yet.
check-methods-call-refused = The hub did not pass the call of { $name } on to { $device }: it answered { $reason }.
check-methods-call-other = { $name } was called, which { $device } answered with { $status }. Call { $method }.
check-methods-call-status = { $device } answered the call of { $name } with { $status }, not with 200. Give it a number of seconds from 1 to 600.
check-methods-call-no-number = { $device } answered 200 to the payload { $payload }, which is not a number of seconds.
check-methods-call-gone = { $device } answered 200, but is no longer connected.
check-methods-call-wait = { $device } answered 200, but has not sent two messages since then. The second is due { $wanted } s after the first.
check-methods-call-pace = { $device } answered 200, but its last two messages are still { $seconds } s apart, not { $wanted } s.

check-methods-refuse-looked-for = Looked for a call that { $device } answered with 400, and for one that it answered with 404.
check-methods-refuse-saw = { $device } answered one call with 400 and one with 404. The HTTP status of both answers is 200.
check-methods-refuse-none = { $device } has refused no call yet.
check-methods-refuse-no-400 = { $device } answered a call with 404, but none with 400. Call { $method } with a payload that is no number.
check-methods-refuse-no-404 = { $device } answered a call with 400, but none with 404. Call a method that it does not have.
check-methods-refuse-unanswered = A call is under way, and { $device } has not answered yet.
check-methods-refuse-hub = The call did not reach { $device }: the hub answered { $reason }. Start the device first.

check-methods-offline-looked-for = Looked for { $device } to be disconnected, and for a call that the hub refused with 404103, DeviceNotOnline.
check-methods-offline-saw = { $device } is off, and the hub refused the call at once with 404103, DeviceNotOnline.
check-methods-offline-online = The hub still shows { $device } as connected. Switch it off first.
check-methods-offline-none = { $device } is off, and nobody has called it since.
check-methods-offline-unanswered = { $device } is off, and the hub has not answered the call yet.
check-methods-offline-other = { $device } is off now, but the hub refused the call for another reason: { $reason }.

# Settings.

setting-method-name = Method
setting-method-payload = Payload (JSON)

setting-method-name-wrong = “{ $value }” cannot be a method here. Use 1 to { $most } letters, digits and - . _ without spaces, such as { $default }.
setting-json-wrong = “{ $value }” is not JSON. Enter a number, a text in quotation marks, or an object, such as { $default }.
setting-json-long = This text has { $size } bytes. Enter at most { $most }.
