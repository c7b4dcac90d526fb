package qiantang.ingest.payload.sparkplug;

import org.jspecify.annotations.Nullable;

/**
 * Whom a topic is about (specification 4.1): {@code spBv1.0/group/TYPE/node[/device]}.
 *
 * @param node {@code group/node}: no level of a topic has a slash, so no two nodes share it
 * @param device the device's name alone, empty for the node itself
 */
record Address(Type type, String node, String device) {
  static final String NAMESPACE = "spBv1.0/";

  /** What a message is. */
  enum Type {
    NBIRTH(false),
    NDATA(false),
    NDEATH(false),
    DBIRTH(true),
    DDATA(true),
    DDEATH(true),
    NCMD(false),
    DCMD(true);

    private final boolean isOfDevice;

    Type(boolean isOfDevice) {
      this.isOfDevice = isOfDevice;
    }

    /** Whether it is about a device behind the node. */
    boolean isOfDevice() {
      return isOfDevice;
    }
  }

  /** The address of a topic of the namespace; null where it has not that form. */
  static @Nullable Address of(String topic) {
    String[] levels = topic.split("/", 6); // a topic of 60,000 levels is split no further
    Type type = levels.length < 4 ? null : type(levels[2]);
    if (type == null || levels.length != (type.isOfDevice ? 5 : 4)) {
      return null;
    }
    String device = type.isOfDevice ? levels[4] : "";
    if (levels[1].isEmpty() || levels[3].isEmpty() || (type.isOfDevice && device.isEmpty())) {
      return null;
    }
    return new Address(type, levels[1] + "/" + levels[3], device);
  }

  /**
   * Whom a topic was meant to be about that is no address, or whose message is refused for another
   * reason: the levels that an address has, whatever follows; null where they name no type or node.
   */
  static @Nullable Address meant(String topic) {
    String[] levels = topic.split("/", 6);
    Type type = levels.length < 4 ? null : type(levels[2]);
    if (type == null) {
      return null;
    }
    String device = type.isOfDevice && levels.length > 4 ? levels[4] : "";
    return new Address(type, levels[1] + "/" + levels[3], device);
  }

  /** The name by which the gateway's devices are known: {@code group/node[/device]}. */
  String name() {
    return device.isEmpty() ? node : node + "/" + device;
  }

  private static @Nullable Type type(String word) {
    for (Type type : Type.values()) {
      if (type.name().equals(word)) {
        return type;
      }
    }
    return null;
  }
}
