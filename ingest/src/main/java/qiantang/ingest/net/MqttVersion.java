package qiantang.ingest.net;

/** The versions of MQTT that are spoken, by their protocol level. */
public enum MqttVersion {
  /** MQTT 3.1.1. */
  V3_1_1,
  /** MQTT 5.0. */
  V5
}
