# What the lessons say while a hub of the learner's own is on the bench.

# What each check can see there, where it is not what it sees of the hub in the page.

check-live-not-registered = The hub has not told of a device { $device } yet.
check-live-key-refused = The hub did not accept the key, so it tells nothing of { $device }. “Details” in the bar at the top says what to do.
check-live-handed-over-other = The device's string names { $device }, but this lesson is about { $expected }. Paste the string of { $expected }, or change the lesson's device id.
check-live-handed-over-saw = The device holds a string for { $device } of this hub. Whether its key is right shows when it connects.
check-live-sent-looked-for = Looked for a message of { $device } with a windSpeed that the hub acknowledged.
check-live-sent-saw = { $count ->
    [one] The hub acknowledged one message of { $device }. It says windSpeed { $wind }.
   *[other] The hub acknowledged { $count } messages of { $device }. The newest says windSpeed { $wind }.
  }
check-live-sent-none = The hub has acknowledged no message of { $device } yet.
check-live-sent-no-wind = The hub acknowledged messages of { $device }, but none has a number called windSpeed.
check-live-still-connected = The hub still shows { $device } as connected. A hub in Azure may take some minutes until it notices and says so. The check goes on looking.
check-live-expire-waiting = { $seconds ->
    [one] The message waits for { $device } for one more second. Nobody can move a live hub's clock: wait with it.
   *[other] The message waits for { $device } for { $seconds } more seconds. Nobody can move a live hub's clock: wait with it.
  }
check-live-expire-no-feedback = The message's time is over, and its feedback has not been read yet. A live hub may take a minute to send it.
check-live-limit-saw = The hub refused a message to { $device } because its queue of 50 is full.
check-live-query-late = The query has not found { $device } yet. A live hub's queries are seconds behind, at times a minute. Wait a little and run it again.

# What the learner has to look for.

confirmed-by-hand = You looked, and confirmed it.

to-confirm-bench = Only the hub in this page can do this at once and without cost, so no check asks yours.
to-confirm-device-string = You gave a device's connection string. With it the page can be that device and see nothing of the cloud side.
to-confirm-no-relay = This needs the hub's REST API, which a page may not call, and no relay does it for this page.
to-confirm-no-right = The policy { $policy } does not have the right { $right }, which this needs.

to-confirm-telemetry-register = Register { $device } at { $host }, in the Azure portal under “Devices” or with az iot hub device-identity create. If you have its connection string, paste it in the next step. Confirm when the registry has { $device }.
to-confirm-telemetry-read = Let { $device } send, and read its events at { $host }: az iot hub monitor-events --device-id { $device }. Confirm when three have come.
to-confirm-telemetry-unplug = The cable of { $device } is out. Look at the device at { $host }, in the portal or with az iot hub device-identity show. Confirm when its connection state is Disconnected. That can take some minutes.
to-confirm-methods-register = Register { $device } at { $host }, in the Azure portal under “Devices” or with az iot hub device-identity create. If you have its connection string, paste it in the next step. Confirm when the registry has { $device }.
to-confirm-methods-call = { $device } listens here. Call it from the cloud: az iot hub invoke-device-method --device-id { $device } --method-name SetTelemetryInterval --method-payload 10. Confirm when the answer is 200 and { $device } sends every ten seconds.
to-confirm-methods-refuse = { $device } listens here. Call SetTelemetryInterval with the text "ten" from the cloud, and then a method Reboot. Confirm when you have seen the statuses 400 and 404.
to-confirm-methods-offline = { $device } is off. Call one of its methods from the cloud. Confirm when { $host } answers 404103, DeviceNotOnline.
to-confirm-messages-prepare = Register { $device } at { $host }, in the Azure portal under “Devices” or with az iot hub device-identity create, and paste its connection string in the device's field. Confirm when both are done.
to-confirm-messages-send = { $device } receives here. Send it a message: az iot device c2d-message send --device-id { $device } --data hello --ack full. Confirm when it is on the device's console.
to-confirm-messages-queue = { $device } is off. Send it a message from the cloud. Confirm when the device's page at { $host } counts one message that waits.
to-confirm-messages-deliver = { $device } is on again. Confirm when the message that waited is on its console.
to-confirm-messages-expire = { $device } is off. Send it a message with --expiry-time-utc a minute ahead and --ack full. Confirm when the feedback says Expired.
to-confirm-messages-limit = { $device } is off. Send it messages from the cloud until { $host } refuses the 51st. Confirm when it has answered 403004, DeviceMaximumQueueDepthExceeded.
to-confirm-twins-prepare = Register { $device } at { $host }, in the Azure portal under “Devices” or with az iot hub device-identity create, and paste its connection string in the device's field. Confirm when both are done.
to-confirm-twins-tag = Open the twin of { $device } at { $host }. Give it the tag location.plant { $plant } and the desired property power_level. Then query for devices in { $plant }. Confirm when the query finds { $device }.
to-confirm-twins-again = { $device } listens here. Change power_level among its desired properties, and query for devices in { $plant } whose reported connectivity is cellular. Confirm when the device's console shows the change and the query finds { $device }.
to-confirm-twins-conflict = Read the twin of { $device } with its etag, change it elsewhere, and write it with the old etag: az iot hub device-twin update --etag. Confirm when { $host } has answered 412.
to-confirm-twins-lag = Change a tag of { $device } and query for it at once, several times. How far { $host } lags behind is its own affair: it may find the change at the first attempt. Confirm when a query has found it.
to-confirm-faults-disabled = Disable { $device } at { $host } and press the button: the hub answers CONNACK 5. Then enable it. Confirm when it connects.
to-confirm-faults-offline = Call a method of { $device } from the cloud while its program is stopped: { $host } answers 404103. Then press the button and call again. Confirm when it answers 200.
to-confirm-faults-conflict = Read the twin of { $device } with its etag, change it elsewhere, and write it with the old etag: { $host } answers 412. Then read it again and write. Confirm when that has gone through.
to-confirm-faults-quota = Do not use up the day of a hub that others need. When it is used up, { $host } answers CONNACK 3 to devices and 403002, IotHubQuotaExceeded, to the cloud, until midnight UTC. Confirm when you have read this, or do the step on the hub in this page.

# Why a command could not be carried out.

refused-no-door = This page has no way to other hubs. Load it again in a browser with WebSockets.
refused-live-no-way = The page found no way to { $host } in half a minute. Check the network, and that the program which serves this page still runs. Then connect again.
refused-live-not-loaded = The part of this page that speaks to live hubs could not be loaded. Check the network, then paste the string and connect again.
refused-not-live = The hub in this page is on the bench already.
refused-live-leaving = The devices that were created from here are being deleted. Wait until that is done.
refused-live-time = Nobody can move the clock of a live hub: it goes at its own speed. Leave the hub to move the time.
refused-live-query-lag = How far a live hub's queries lag behind cannot be set. Leave the hub to set the lag of the one in this page.
refused-live-restore = A live hub keeps its own state. Leave it to go on where the hub in this page was.
refused-live-reset = The step begins anew on this page. On { $host } nothing was undone: { $device }, its twin and the messages that wait stay as they are. If the step had disabled the device, it is disabled still; the step’s button enables it again.
refused-live-prefix = Device ids cannot begin with “{ $prefix }”. Use at most { $most } letters, digits and - . _ : without spaces.
refused-live-event-hubs = This is an Event Hubs-compatible string, which only reads events. Give the string of a shared access policy or of a device; this one belongs in the field for events.
refused-live-module = This is the string of a module. Give the string of a shared access policy or of a device.
refused-live-certificate = This device signs in with a certificate, which a page cannot present. Give the string of a device with a key.
refused-live-gateway = This device goes through the gateway { $gateway }, and a page can only connect to a hub itself. Take GatewayHostName out of the string, or give the string of another device.
refused-live-string = This is not a connection string of a hub. It needs HostName, then SharedAccessKeyName or DeviceId, and SharedAccessKey, joined by semicolons.
refused-live-events = This is not an Event Hubs-compatible string. It begins with Endpoint=sb://. Leave the field empty and the hub is asked where its events are.
refused-live-group = A consumer group cannot be called “{ $group }”. Use at most 50 letters, digits and - . _, or leave the field empty for $Default.
refused-live-no-string = The device has no connection string, and the page cannot get it from the hub. Paste the string of { $device } in the device's field first.
refused-live-not-deleted = These devices could not be deleted and are still on the hub: { $devices }. { $why }
refused-nothing-to-confirm = This step has nothing to confirm now. Press its button first.
