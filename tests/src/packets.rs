//! Promises about MQTT packets, for any bytes.
