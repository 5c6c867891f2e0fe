# The lessons on the first page, and in the descriptions of their pages.

lesson-telemetry-summary = Register a device, connect it over MQTT, send telemetry and read it, then pull the plug and see what a retry policy is for.
lesson-telemetry-keywords = Azure IoT Hub, MQTT, device identity, connection string, SAS token, telemetry, QoS 1, keep-alive, retry policy

lesson-methods-summary = Call a direct method on a device, read the status that the device gives, and see why the hub answers 404103 for a device that is off.
lesson-methods-keywords = Azure IoT Hub, direct method, SetTelemetryInterval, shared access policy, connection string, 404103, DeviceNotOnline, 504101

lesson-messages-summary = Send messages that wait for a device, read the feedback on them, let one expire, and fill the queue of 50.
lesson-messages-keywords = Azure IoT Hub, cloud-to-device message, C2D, feedback, iothub-ack, time to live, delivery count, 403004

lesson-twins-summary = Write tags and desired properties, report from the device, query for devices, and meet the etag and the query lag.
lesson-twins-keywords = Azure IoT Hub, device twin, tags, desired properties, reported properties, query, etag, If-Match, 412

lesson-faults-summary = Cause seven common errors on purpose, from a wrong key to a used-up quota, read what the hub says, and mend each one.
lesson-faults-keywords = Azure IoT Hub, troubleshooting, CONNACK 5, 401, 403002, 404103, 412, 429, quota, throttling, exponential back-off
