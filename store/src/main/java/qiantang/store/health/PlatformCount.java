package qiantang.store.health;

/**
 * How well the devices of some enterprises of a platform were when they were counted last.
 *
 * @param enterprises how many
 * @param devices in all of them
 * @param messagesPerSecond of all of them
 */
public record PlatformCount(long enterprises, HealthCounts devices, double messagesPerSecond) {
  /** Of no enterprise. */
  public static PlatformCount none() {
    return new PlatformCount(0, new HealthCounts(), 0);
  }

  /** With those of others. */
  public PlatformCount plus(PlatformCount other) {
    HealthCounts sum = new HealthCounts();
    sum.add(devices);
    sum.add(other.devices);
    return new PlatformCount(
        enterprises + other.enterprises, sum, messagesPerSecond + other.messagesPerSecond);
  }
}
