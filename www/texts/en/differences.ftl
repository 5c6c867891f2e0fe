# The page of differences from Azure IoT Hub. The rows are those of www/differences.toml, by their ids.
# Text between backticks is code.

differences-language = English
differences-title = Differences from Azure IoT Hub
differences-lead = What the hub in this page does as the service does it, what it does differently, and what it does not do.
differences-promise = It is written for those who know the service, or will use it next. No live hub was asked: each row says where its rule comes from, and names the tests that hold it here.
differences-legend = What the marks mean
differences-areas = Areas
differences-filter = Rows to show
differences-all = All
differences-count-rows = Rows held by tests
differences-count-tests = tests
differences-count-untested = rows without a test
differences-tests = Tests
differences-back = Back to the playground

state-same = The same
state-different = Different
state-absent = Not there
differences-state-same = The hub follows the rule of the service, as far as it is known.
differences-state-different = The hub does it in another way, on purpose or because the rule is not known.
differences-state-absent = The hub does not do it. Whoever asks for it is refused.

evidence-documented = Documented
evidence-observed = Observed
evidence-sdk = From SDKs
evidence-inferred = Inferred
differences-evidence-documented = Microsoft's documentation says so.
differences-evidence-observed = Somebody saw it on a live hub and published a trace or a report.
differences-evidence-sdk = The sources of SDKs or tools that work with the service rely on it.
differences-evidence-inferred = Neither is at hand. It follows from related software or from common sense, and the service may do otherwise.

untested-nothing-runs = Nothing to test
untested-not-written = Not tested yet

area-connecting = Connecting
area-telemetry = Telemetry
area-cloud-to-device = Cloud-to-device messages
area-methods = Direct methods
area-twins = Device twins
area-queries = Queries
area-registry = Identity registry
area-modules = Modules
area-rest = REST interface
area-access = Access
area-limits = Limits and quotas
area-time = Time
area-storage = Storage
area-not-built = Not built

# ---- Connecting. ----

connack-five = Whatever the client did wrong, an unknown or disabled device, a bad, expired or foreign token, names that do not fit, the CONNACK says 5. Codes 2 and 4 are not used.
close-reasons = The service closes a connection without a word. Here the hub says beside the wire which rule was broken and what to do; what crosses the wire is as silent as the service's.
user-names = The user name is `<host>/<device id>/?api-version=…`. The old form without the question mark and the short one without a version connect too.
mqtt-api-version = A client whose user name has no `api-version` can do less on the service: a change of its reported properties was answered with 400. Here every client can do everything.
newest-wins = An identity has one connection, and the newest wins. Two clients of one device that both reconnect throw each other off for ever.
keep-alive = A connection ends after one and a half times the keep-alive without a packet, and after 1767 seconds at the latest. A keep-alive of 0 means that longest time, not for ever.
sessions = With clean session 0 the subscriptions outlive the connection. Waiting messages arrive right after the CONNACK, before the client subscribes again, so its handlers must be in place before it connects.
token-grace = A connection outlives its SAS token by a grace period. The documentation names both about five and ten minutes; here it is ten, to the second, and a setting of the hub.
clock-skew = The service refuses a device whose clock is wrong by more than five minutes. Here only the expiry of the token counts, and all clocks on the bench agree.
wills = A will must be telemetry of the device itself, at QoS 0 or 1. When the connection ends without a DISCONNECT, it arrives as an event with the property `iothub-MessageType` set to `Will`.
foreign-filters = What the service does with a topic filter that it does not have is not documented, and reports differ. Here the connection ends, and the hub names the filter.
wildcard-ids = Ids may hold `#` and `+`, which the name of an MQTT topic cannot. Such a device connects, and its telemetry over MQTT is malformed; over HTTP it can send.
mqtt-transport = There is no network: device and hub exchange the bytes of MQTT within the page. TLS, port 8883, the WebSocket on port 443 and its address `/$iothub/websocket` are not there.

# ---- Telemetry. ----

puback-after-storing = A PUBACK means that the event is stored and can be read. After a lost PUBACK the device sends again, and readers see the message twice.
qos-two = A PUBLISH at QoS 2 ends the connection.
foreign-topics = A PUBLISH to any topic but the device's own ends the connection, also one with a leading slash or with another device's id.
message-size = A message has at most 262,144 bytes of body and properties. A larger one ends the MQTT connection; over HTTP the answer is 413.
retain-and-dup = Nothing is retained. A message with RETAIN arrives with the property `mqtt-retain`, and a repeated one with `mqtt-dup`.
property-bag = Properties stand at the end of the topic, percent-encoded, with system properties such as `$.ct` and `$.mid`. A `+` is a plus sign and never a space.
annotations = Each event carries who sent it, how the sender signed in, the generation of its identity and when the event came, under the names `iothub-connection-device-id` and so on. A sender cannot forge them.
partitions = A hub has four partitions, and two on the free tier (F1); the number is settled when the hub is made. All events of a device are in one partition, in order. Sequence numbers count from 0 in each.
partition-hash = Which partition a device gets, and what the offsets of its events look like, follows from the hub's own arithmetic; the service publishes none. Take offsets as they are, and expect other partitions on a real hub.
http-telemetry = A device can send telemetry by HTTP, `POST /devices/<device id>/messages/events`, one message or a batch, and gets 204.

# ---- Cloud-to-device messages. ----

c2d-over-http = The documented way to send is AMQP. Here it is `POST /devices/<device id>/messages/deviceBound`, which Azure IoT Explorer uses on the real service too, although it is in no published reference.
c2d-depth = At most 50 messages of 64 KB wait for a device, those under way included. The next is refused with 403 and `DeviceMaximumQueueDepthExceeded`.
c2d-expiry = A message waits for an hour, or until the expiry that its sender gave it. An offline device misses what has expired.
c2d-complete = Over MQTT a device can only complete a message, with its PUBACK; at QoS 0 sending completes it, whether it arrives or not. Rejecting and abandoning need HTTP, or AMQP on the real service.
c2d-lock = A message that is not acknowledged within a minute, or before the connection breaks, comes again. Devices must expect a message twice.
c2d-delivery-count = After ten deliveries a message is given up. Older documentation counts every delivery, the newest counts only those that were abandoned; the hub follows the newest, and can be told to count all.
c2d-device-http = A device can receive, complete, reject and abandon messages by HTTP. A lock that was lost is answered with 412 and `DeviceMessageLockLost`.
feedback = A sender that sets `iothub-ack` gets feedback in batches, of 64 records or 15 seconds after the first, which is why it seems slow. There is no queue of dead letters to look into: feedback alone tells that a message expired or was given up.

# ---- Direct methods. ----

method-not-online = A call to a device that is offline, or that is connected and not subscribed to methods, is answered with 404 and the code 404103. The error is a text of JSON inside the usual body.
method-timeout = A device that does not answer in time gives 504 with 504101. It has 30 seconds, or as many from 5 to 300 as the caller says, and with `connectTimeoutInSeconds` an offline device has time to come.
method-status = The status that the device gives stands in the body. The HTTP status is 200 even if the device says 500.
method-payload = A payload is any JSON, up to 128 KB each way. A payload that is a JSON text stays a text; it is not read once more.
method-inflight = Ten calls to a device can be under way at a time; the next is refused with 403800. The service has this error, and does not publish the number.

# ---- Device twins. ----

twin-sections = The service writes tags and desired properties, the device its reported properties. A device sees neither tags nor metadata.
twin-merge = A change merges: members that are not named stay, `null` removes one, arrays are replaced as a whole. `PUT` replaces tags and desired properties and leaves the reported ones alone.
twin-versions = Desired and reported properties each count their versions from 1. A device that names an old version of its reported properties gets 412.
twin-etag = The ETag of a twin moves with tags and desired properties. It does not move when the identity is written or the device connects.
twin-desired-notice = Only a client that is connected and subscribed is told of desired properties, at QoS 0. Nothing waits for an offline device; it reads the twin after it has connected.
twin-get-unasked = The service answers a request for the twin only to clients that are subscribed to `$iothub/twin/res/#`. Here the answer comes anyway, because the Python SDK asks after a reconnect before it subscribes, and would wait for ever.
twin-limits = Tags have 8 KB, desired and reported properties 32 KB each. Objects nest ten levels deep, names have 1,024 bytes and texts 4,096.
twin-values = Integers have 52 bits and a sign, `null` cannot stand in an array, and names hold no dot, dollar sign, hash or space. `1` and `1.0` come back as they were written.
twin-room = The size of a section does not count empty objects, empty arrays, empty texts and control characters. Here a section may not have more than four values or bytes of text for each byte that its size may have, so that a section of no size cannot fill the memory.

# ---- Queries. ----

query-errors = The service answers a wrong query with `ErrorCode:ArgumentInvalid;BadRequest` and not a word on where it is wrong. The hub gives the same body, and a header `x-playground-hint` that says what was expected.
query-lag = On the service a change takes a second or more until queries see it, and deleted devices linger for minutes. Here queries see it at once, unless the hub is told to lag behind.
query-functions = `IS_DEFINED`, `STARTSWITH` and `ARRAY_CONTAINS` are there. Which more functions the service has for twins is not established, so others are refused, also `STARTS_WITH`, which only routing has.
query-pages = A page has 100 results at most, and the header `x-ms-continuation` leads to the next. A comparison with a property that is not there is not true, and `IS_DEFINED` asks whether it is there.
query-names = Without `AS`, a projected member is named by the last part of its path, and one that is missing is left out. The service's names are not documented; write `AS`.

# ---- Identity registry. ----

put-creates = `PUT` without `If-Match` only creates, and answers 409 if the device is there; with `If-Match` it only replaces. Both answer 200, never 201.
put-replaces-keys = A replacement is full. Leave out `authentication` and the device gets new keys, and cannot connect with its old ones.
delete-needs-etag = `DELETE` demands `If-Match` and answers 412 without it; `*` takes any version.
identity-etag = The ETag of an identity moves only when the identity is written, not when the device connects or sends.
generations = A device that is deleted and created again has another generation id, in the registry and on its events.
connection-state = `connectionState`, `lastActivityTime` and the counts of `/statistics/service` are exact. On the service they can be minutes behind, and are not meant for monitoring.
bulk = One `POST /devices` carries up to 100 changes. Those that fail are listed in an answer of status 400, and the others are done.
x509-identities = Devices with certificates can be registered, and cannot connect: there is no TLS that would show a certificate.
edge-identities = IoT Edge devices can be registered, with their scope and their two system modules. Deployments and gateways are not there: no device connects through another.

# ---- Modules. ----

module-identities = A device has up to 50 modules, each with keys, a connection, a twin and direct methods of its own. Modules cannot be disabled.
module-of-nobody = Asking for modules of a device that is missing or disabled gives 401, not 404.
module-messages = Cloud-to-device messages to modules, module inputs and routes between modules are not there.

# ---- REST interface. ----

not-supported = What this hub does not do is answered with 501 and `NotSupported`, a code that the service does not have, and with the name of the operation. Nothing is passed over in silence.
api-versions = Every request names an `api-version`, from `2018-06-30` to `2024-03-31`. A version that is missing or unknown is answered with 400.
error-envelope = Errors have the service's status, numeric code, header `iothub-errorcode` and body with a tracking id. Programs should look at the header and the code.
error-words = The words of an error are often the hub's own, and say more than the service would, for example why a token was refused. Do not compare texts.

# ---- Access. ----

policies = A new hub has the five policies that every hub has, with two keys each and the same rights. `registryReadWrite` cannot read twins, and `service` cannot register devices.
policy-changes = Policies cannot be added, changed or given new keys.
token-scopes = A token opens what its resource names and everything below it, by whole parts of the path. The host may be in any case, the device id not.
token-as-written = A signature is checked over the resource exactly as the token writes it, because SDKs encode it differently.
policy-as-device = A policy with the right to connect speaks for any device that is registered and enabled. A device's own key opens nothing of the service.
entra-id = Tokens of Microsoft Entra ID and role assignments are not there. A `Bearer` token is refused with 401.

# ---- Limits and quotas. ----

limits-off = The limits of the tier are counted and not enforced, unless the hub is told to. The hub is then S1 with one unit, or the tier that it is told.
daily-quota = With limits enforced, a day has as many messages as on the service, counted in blocks of 4 KB, or 0.5 KB on the free tier, which has room for 500 devices. The count begins anew at midnight UTC.
quota-refusals = Beyond the quota, requests are answered with 403 and `IotHubQuotaExceeded`, and the registry stays open. What MQTT clients see is not documented; here they lose the connection when they publish, and get a CONNACK with 3 when they come back.
shaping = With limits enforced, what comes too fast first waits its turn, and only what would wait too long is refused with 429, without a `Retry-After`. The rates are the service's; how large a burst may be is not published, and the hub's own choice.

# ---- Time. ----

time-moves = Time can be made to run faster, or to jump to the next event. Tokens, locks, timeouts and expiry follow; on a real hub you wait.
same-day-again = The same seed and the same inputs give the same bytes, keys and ids included. In the page the seed is random.

# ---- Storage. ----

acknowledged-is-kept = A 2xx answer or a PUBACK means that what was asked for is kept. If it cannot be kept, nothing has changed and nothing is acknowledged.
memory-only = In the page the hub lives in memory: reload, and devices, twins and events are gone. Nothing leaves the page.
retention = Events are kept for a day, or as long as the hub is told, up to seven days.
partition-bytes = A partition holds 16 MB, and then the oldest events make room. The service has no such limit within the retention time.

# ---- Not built. ----

amqp = AMQP is not in this page: a browser cannot speak it without a relay, and the bench needs none. The native program speaks it with service clients and readers of telemetry; devices connect with MQTT there too.
event-hubs-endpoint = In this page the built-in endpoint has no Event Hubs protocol and no consumer groups: the bench reads events from the hub directly, with the same positions and partitions. The native program has both; it takes any name for a consumer group.
routing = Telemetry goes to the built-in endpoint, and is all that goes there: twin changes, life cycle and connection events are not sent. Routes, enrichments, further endpoints and Event Grid are not there.
file-upload = File upload and its notifications are not there.
scheduled-jobs = Jobs on many devices are not there, nor queries of `devices.jobs`, nor import and export of the registry.
configurations = Automatic device management, configurations and Edge deployments, is not there.
digital-twins = The digital twin operations of IoT Plug and Play are not there. A model id that a device announces when it connects is in its twin as `modelId`.
mqtt-five = MQTT 5 is not there. A client that speaks it gets a CONNACK with 1, unacceptable protocol version, as does one that speaks MQTT 3.1.
provisioning = The Device Provisioning Service and device streams are not there. Every device is registered at this one hub.
management-plane = The Azure side of a hub is not there: creating and scaling it, failover, IP filters and private endpoints, metrics, diagnostic logs and alerts.
