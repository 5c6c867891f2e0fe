# What is done at the bench by hand.

shown-device = Device
shown-device-missing = Not in the registry. Create it in the Registry tab, or run the step that registers it.
device-disabled = Disabled
device-console-other = What this device prints appears here once you switch it on.
by-hand-waiting = Under way …
not-json = This is not JSON. Look at the place that is named here, mend it, and send again.

tab-registry = Registry
tab-twin = Twin
tab-query = Query
tab-method = Method
tab-messages = Messages

# Heads of columns.

column-actions = Do
column-body = Body
column-connection = Connection
column-deliveries = Deliveries
column-device = Device
column-expires = Expires (UTC)
column-message = Message id
column-place = Where
column-queued = Queued
column-status = Status
column-time = Time (UTC)

# The device's tools.

device-tools = By hand: switch, send, report
device-tools-off = Switch the device on to send telemetry and to report properties from it.
device-on = Switch on
device-off = Switch off
device-interval = Seconds between messages (0: only when told)
device-send = Send telemetry
device-body = Body
device-properties = Properties (name=value; …)
device-report = Report properties
device-reported = Reported properties (JSON)
did-device-on = The device is on. Its console tells what it does.
did-device-off = The device is off.
did-device-send = Sent. The hub has acknowledged the message.
did-device-report = Reported. The twin holds the properties.

# The Registry tab.

registry-create = Create device
registry-id = Device id
registry-empty = No device yet. Create one here, or run the step that registers one.
registry-enable = Enable
registry-disable = Disable
registry-delete = Delete
registry-show = Show
registry-more = { $count } more devices are not listed.
fleet-start = Start fleet
fleet-stop = Stop fleet
fleet-count = Devices
fleet-interval = Seconds between messages of each
did-registry-create = The device is registered. Show it to switch it on.
did-registry-row = Done.
did-fleet-start = The fleet is on. Its devices are fleet-0001 and so on.
did-fleet-stop = The fleet is off, and its devices are removed.

# The Twin tab.

twin-how = What you send is merged into the twin: a member is set, a member that is null is removed, all others stay.
twin-tags = Tags
twin-desired = Desired properties
twin-send = Send patch
twin-read = Read again
twin-force = Send without the etag
twin-etag = etag { $etag } · version { $version }
twin-gone = The device “{ $device }” is gone. What you typed for its twin is kept until you discard it.
twin-discard = Discard
twin-changed = The twin has changed since you began to type. The hub will refuse this patch: read again, or send it without the etag.
twin-reported = Reported properties, version { $version }
twin-reported-label = Reported properties
did-twin-send = The twin holds the patch.
did-twin-read = Read. This is the twin as the hub has it now.

# The Query tab.

query = Run query
query-text = Query
query-page-size = Rows a page
query-next = Next page
query-view = Show the result
query-view-table = Table
query-view-json = JSON
query-result = Rows of the result
query-empty = Rows appear here when a query has run.
query-mistake = The query, with its mistake marked
query-example-connected = Example: who is connected
query-example-count = Example: count by status
query-lag = Lag of queries, in seconds
query-lag-set = Set lag
query-lag-why = In Azure, a query sees a change only a while after it was made. Set a lag here to see the same.
did-query = { $count ->
    [0] No row fits the query.
    [one] One row.
   *[other] { $count } rows.
}

# The Method tab.

method = Call method
method-name = Method
method-payload = Payload (JSON; empty for none)
method-response-timeout = Response time-out (s)
method-connect-timeout = Connection time-out (s)
method-timeouts = The connection time-out is longer than the response time-out, and the hub refuses that. Make it at most as long.
method-result = Payload of the device's answer
did-method = The device answered with status { $status }.

# The Messages tab.

message-send = Send message
message-id = Message id (empty: none)
message-ack = Feedback
message-ack-none = none
message-ack-positive = positive
message-ack-negative = negative
message-ack-full = full
message-expires = Expires after (s; or empty)
message-properties = Properties (name=value; …)
message-body = Body
message-purge = Purge
queue = Queue of the device
queue-empty = Nothing waits for this device.
queue-waiting = waits
queue-locked = at the device
feedback = Feedback
feedback-receive = Receive
did-send = The message { $id } is in the device’s queue.
did-send-unnamed = The message is in the device’s queue.
did-purge = { $count ->
    [0] The queue was empty.
    [one] One message is removed.
   *[other] { $count } messages are removed.
}
did-feedback = { $count ->
    [0] No feedback waits. The hub gathers it for a moment: jump to the next event and receive again.
    [one] One record, received and completed.
   *[other] { $count } records, received and completed.
}
