package qiantang.sim.fleet;

/** What goes out for a message. */
enum Step {
  PUBLISH,
  /** With DUP: the server has the session in which the message went for the first time. */
  PUBLISH_AGAIN,
  /** QoS 2: the server has the message [MQTT-4.3.3-3]. */
  PUBREL
}
