# The page of the connection-string doctor.

doctor-title = Connection-string doctor
doctor-lead = Paste a connection string or a SAS token. You learn what it is, what is wrong with it, and where it belongs.
doctor-promise = The text stays in this page. Nothing sends it, and nothing keeps it: it is gone when you leave.
doctor-field = Connection string or SAS token
doctor-placeholder = HostName=…;DeviceId=…;SharedAccessKey=…
doctor-clear = Clear
doctor-diagnosis = Diagnosis
doctor-ask = Ask the doctor what it is
doctor-parts = Its parts
doctor-rights = Its policy usually has these rights:
doctor-nothing-wrong = Nothing is wrong with its form. Whether the key is right, only the hub can tell.

# What it is.

doctor-kind-service = A service connection string of an IoT hub
doctor-kind-device = A device connection string
doctor-kind-module = A module connection string
doctor-kind-event-hubs = An Event Hubs-compatible connection string
doctor-kind-sas-token = A SAS token, not a connection string
doctor-kind-unknown = Neither a connection string nor a SAS token

# Where it belongs.

doctor-belongs-service = It belongs in a program in the cloud that manages devices or sends to them. Never put it on a device: it opens the whole hub.
doctor-belongs-device = It belongs on this one device, and nowhere else. The device connects with it.
doctor-belongs-module = It belongs in this one module on its device, and nowhere else.
doctor-belongs-event-hubs = It belongs in a program in the cloud that reads the hub's events with an Event Hubs client.
doctor-belongs-sas-token = It belongs in the password of an MQTT connection or in the Authorization header of a request, until it expires. A client that asks for a connection string cannot use it.
doctor-belongs-unknown = Copy the whole text anew from where you found it. A connection string has parts such as HostName=…; with a semicolon between them.
