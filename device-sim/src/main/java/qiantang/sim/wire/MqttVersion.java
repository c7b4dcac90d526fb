package qiantang.sim.wire;

/** The protocol a publisher speaks; the level is the byte in CONNECT. */
public enum MqttVersion {
  V3_1_1("3.1.1", 4),
  V5("5", 5);

  private final String label;
  private final int level;

  MqttVersion(String label, int level) {
    this.label = label;
    this.level = level;
  }

  public String label() {
    return label;
  }

  int level() {
    return level;
  }
}
